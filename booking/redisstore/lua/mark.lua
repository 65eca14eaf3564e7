-- MARK notes or takes back one thing that has been prepared for an appointment, and tells that the day has changed.
--
-- KEYS  1 marks of the appointment  2 outbox
-- ARGV  1 id  2 office  3 mark  4 set: 1 or 0  5 until when the marks are kept, ms
--
-- Answers marked|replay.
local did
if ARGV[4] == '1' then did = redis.call('SADD', KEYS[1], ARGV[3]) else did = redis.call('SREM', KEYS[1], ARGV[3]) end
if did == 0 then return {'replay'} end
redis.call('PEXPIREAT', KEYS[1], ARGV[5])
emit(KEYS[2], 'marked ' .. ARGV[1] .. ' 0 ' .. ARGV[2])
return {'marked'}
