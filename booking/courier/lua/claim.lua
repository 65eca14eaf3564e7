-- CLAIM lends the first job of each subject that is due, for a lease.
--
-- KEYS  1 due  2 queue  3 jobs
-- ARGV  1 lease, ms  2 how many at most
--
-- Answers subject, member and job of each.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local out = {}
for _, subject in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[2])) do
  -- '|' separates subject and place; '}' is the character after it.
  local first = redis.call('ZRANGEBYLEX', KEYS[2], '[' .. subject .. '|', '(' .. subject .. '}', 'LIMIT', 0, 1)[1]
  if first then
    redis.call('ZADD', KEYS[1], string.format('%d', now + tonumber(ARGV[1])), subject)
    out[#out + 1] = subject
    out[#out + 1] = first
    out[#out + 1] = redis.call('HGET', KEYS[3], first) or ''
  else
    redis.call('ZREM', KEYS[1], subject)
  end
end
return out
