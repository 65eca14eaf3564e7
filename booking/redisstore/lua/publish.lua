-- PUBLISH puts a catalogue in force.
--
-- KEYS  1 rules  2 rulebook  3 prints that have been in force  4 outbox
-- ARGV  1 print of the catalogue  2 its files, packed  3 who puts it in force  4 even if it was in force before: 1 or 0
--
-- Answers published|same|older, version in force.
if redis.call('HGET', KEYS[2], 'print') == ARGV[1] then return {'same', redis.call('GET', KEYS[1]) or '0'} end
if ARGV[4] == '0' and redis.call('ZSCORE', KEYS[3], ARGV[1]) then return {'older', redis.call('GET', KEYS[1]) or '0'} end
local version = ms(redis.call('INCR', KEYS[1]))
redis.call('HSET', KEYS[2], 'print', ARGV[1], 'files', ARGV[2], 'by', ARGV[3], 'at', ms(clock()))
redis.call('ZADD', KEYS[3], version, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1001)
emit(KEYS[4], 'rules rules ' .. version .. ' - by=' .. ARGV[3])
return {'published', version}
