-- TAKE puts jobs into a queue together with the place in the outbox up to which they were taken.
--
-- KEYS  1 cursor  2 queue  3 jobs  4 due
-- ARGV  1 cursor the jobs were read after  2 cursor after them  3… for each job: subject, member, job
--
-- Answers 1, or 0 where somebody else has taken them.
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 3, #ARGV, 3 do
  redis.call('ZADD', KEYS[2], 0, ARGV[i + 1])
  redis.call('HSET', KEYS[3], ARGV[i + 1], ARGV[i + 2])
  redis.call('ZADD', KEYS[4], 'NX', string.format('%d', now), ARGV[i])
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
