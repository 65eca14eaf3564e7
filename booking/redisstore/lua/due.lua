-- DUE tells what time has come for, by Redis's own clock: holds whose deadline has passed are listed (EXPIRE clears them
-- away, hold by hold), and alarms are taken off their list into the outbox, so that each is told once whoever asks.
-- An alarm is "type id office" and perhaps a detail after it.
--
-- KEYS  1 due  2 alarms  3 outbox
-- ARGV  1 how many of each at most  2 how many events the outbox keeps
--
-- Answers the ids of dead holds.
local now = ms(clock())
for _, alarm in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  redis.call('ZREM', KEYS[2], alarm)
  local kind, id, rest = string.match(alarm, '^(%S+) (%S+) (.+)$')
  emit(KEYS[3], kind .. ' ' .. id .. ' 0 ' .. rest)
end
redis.call('XTRIM', KEYS[3], 'MAXLEN', '~', ARGV[2])
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
