-- Opens a session for an appointment, once.
-- KEYS[1]  document                KEYS[2]  set of open sessions
-- KEYS[3]  session by appointment  KEYS[4]  outbox stream
-- ARGV[1]  session id              ARGV[2]  session known to be closed, which may be replaced; "" for none
-- ARGV[3]  document                ARGV[4]  most entries of the outbox
-- ARGV[5]  channel                 ARGV[6]  message for the channel
-- Returns  the id of the appointment's session: the new one, or the one somebody opened before.
local there = redis.call('GET', KEYS[3])
if there and there ~= ARGV[2] then return there end
redis.call('SET', KEYS[3], ARGV[1])
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', 'event', 'checked_in', 'session', ARGV[1], 'doc', ARGV[3])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return ARGV[1]
