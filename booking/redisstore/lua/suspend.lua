-- SUSPEND takes a service out of what is offered, or puts it back, from this moment on.
--
-- KEYS  1 rules  2 suspensions  3 outbox
-- ARGV  1 id of the suspension  2 what it says, or '' to end it  3 office or '-'  4 words for the event  5 most there may be
--
-- Answers done|same|full, version in force; gone where there is none to end.
local known = redis.call('HGET', KEYS[2], ARGV[1])
if ARGV[2] == '' then
  if not known then return {'gone'} end
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  if known == ARGV[2] then return {'same', redis.call('GET', KEYS[1]) or '0'} end
  if not known and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[5]) then return {'full', redis.call('GET', KEYS[1]) or '0'} end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
local version = ms(redis.call('INCR', KEYS[1]))
emit(KEYS[3], (ARGV[2] == '' and 'resumed ' or 'suspended ') .. ARGV[1] .. ' ' .. version .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
return {'done', version}
