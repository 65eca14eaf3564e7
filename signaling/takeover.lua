-- Takes over what is owed and due, so that no other node does it at the same time.
-- KEYS[1]  effects owed            KEYS[2]  when they are due, in ms by the clock of Redis
-- ARGV[1]  ms in which nobody else is to begin with them
-- ARGV[2]  most of them
-- Returns  key, effects, key, effects …, the longest due first.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local list = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[2])) do
  local effects = redis.call('HGET', KEYS[1], key)
  if effects then
    redis.call('ZADD', KEYS[2], string.format('%d', now + ARGV[1]), key)
    list[#list + 1] = key
    list[#list + 1] = effects
  else
    redis.call('ZREM', KEYS[2], key)
  end
end
return list
