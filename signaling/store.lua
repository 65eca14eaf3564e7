-- Stores a session document if nobody else has stored one since, and tells everybody.
-- KEYS[1]  document                KEYS[2]  set of open sessions
-- KEYS[3]  session by appointment  KEYS[4]  outbox stream
-- KEYS[5]  conversation of the request, where there is one
-- ARGV[1]  session id              ARGV[2]  version the change was computed from
-- ARGV[3]  document                ARGV[4]  1 if it is closed
-- ARGV[5]  ms a closed document is kept
-- ARGV[6]  most entries of the outbox
-- ARGV[7]  event                   ARGV[8]  channel
-- ARGV[9]  message for the channel
-- ARGV[10] field of the request     ARGV[11] claim on it
-- ARGV[12] its answer, kept with the document so that repeating the request gets it whatever becomes of this node
-- Returns  "" when stored, "lost" when the claim is not ours any more, otherwise the document that is there.
-- A document that is missing altogether is stored: Redis came back without it while the visit went on.
local there = redis.call('GET', KEYS[1])
if there then
  local version = cjson.decode(there)['version']
  if version ~= tonumber(ARGV[2]) then return there end
end
if KEYS[5] then
  local claim = redis.call('HGET', KEYS[5], ARGV[10])
  if claim and claim ~= ARGV[11] and claim ~= ARGV[12] then return 'lost' end
  if claim then redis.call('HSET', KEYS[5], ARGV[10], ARGV[12]) end
end
if ARGV[4] == '1' then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
  redis.call('SREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
else
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SADD', KEYS[2], ARGV[1])
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', 'event', ARGV[7], 'session', ARGV[1], 'doc', ARGV[3])
redis.call('PUBLISH', ARGV[8], ARGV[9])
return ''
