-- Takes over what is owed and due, so that no other node does it at the same time.
-- KEYS[1]  effects owed            KEYS[2]  when they are due
-- ARGV[1]  now, ms                 ARGV[2]  ms until when nobody else is to begin with them
-- ARGV[3]  most of them
-- Returns  key, effects, key, effects …, the longest due first.
local list = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local effects = redis.call('HGET', KEYS[1], key)
  if effects then
    redis.call('ZADD', KEYS[2], ARGV[2], key)
    list[#list + 1] = key
    list[#list + 1] = effects
  else
    redis.call('ZREM', KEYS[2], key)
  end
end
return list
