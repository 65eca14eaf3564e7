-- SETTLE says what became of a job: delivered, laid aside, or to be tried again later.
--
-- KEYS  1 due  2 queue  3 jobs  4 laid aside
-- ARGV  1 subject  2 member  3 done|dead|retry|again  4 the job as it is now ('' for done)
--       5 retry: how long until then, ms; dead: how many are kept at most
--
-- again puts a job that was laid aside back into its place. Answers 1, or 0 where there is no such job.
local subject, member = ARGV[1], ARGV[2]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] == 'again' then
  if redis.call('ZREM', KEYS[4], member) == 0 then return 0 end
  redis.call('HSET', KEYS[3], member, ARGV[4])
  redis.call('ZADD', KEYS[2], 0, member)
  redis.call('ZADD', KEYS[1], 'NX', string.format('%d', now), subject)
  return 1
end
if not redis.call('ZSCORE', KEYS[2], member) then return 0 end
if ARGV[3] == 'retry' then
  redis.call('HSET', KEYS[3], member, ARGV[4])
  redis.call('ZADD', KEYS[1], string.format('%d', now + tonumber(ARGV[5])), subject)
  return 1
end
redis.call('ZREM', KEYS[2], member)
if ARGV[3] == 'dead' then
  redis.call('HSET', KEYS[3], member, ARGV[4])
  redis.call('ZADD', KEYS[4], string.format('%d', now), member)
  local extra = redis.call('ZCARD', KEYS[4]) - tonumber(ARGV[5])
  if extra > 0 then
    local oldest = redis.call('ZPOPMIN', KEYS[4], extra)
    for i = 1, #oldest, 2 do redis.call('HDEL', KEYS[3], oldest[i]) end
  end
else
  redis.call('HDEL', KEYS[3], member)
end
if redis.call('ZRANGEBYLEX', KEYS[2], '[' .. subject .. '|', '(' .. subject .. '}', 'LIMIT', 0, 1)[1] then
  redis.call('ZADD', KEYS[1], string.format('%d', now), subject)
else
  redis.call('ZREM', KEYS[1], subject)
end
return 1
