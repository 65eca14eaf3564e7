-- DUE tells what time has come for, by Redis's own clock: holds whose deadline has passed are listed (EXPIRE clears them
-- away, hold by hold), and what alarms are for is taken off their list into the outbox, so that each is told once whoever
-- asks; the alarm is set to what it rings for next.
--
-- KEYS  1 due  2 alarms  3 outbox
-- ARGV  1 how many of each at most  2 how many events the outbox keeps
--
-- Answers the ids of dead holds.
local now = ms(clock())
local what = {r = 'remind', a = 'absent', o = 'overrun'}
local detail = {r = ' before=', a = '', o = ' leg='}
for _, alarm in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  redis.call('ZREM', KEYS[2], alarm)
  local id, office, start, kind, n, rest = string.match(alarm, '^(%S+) (%S+) (%d+) %-?%d+:(%a)(%d*),?(.*)$')
  emit(KEYS[3], what[kind] .. ' ' .. id .. ' 0 ' .. office .. detail[kind] .. n)
  if rest ~= '' then redis.call('ZADD', KEYS[2], ms(ring(start, rest)), alarm_of(id, office, start, rest)) end
end
redis.call('XTRIM', KEYS[3], 'MAXLEN', '~', ARGV[2])
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
