-- Keeps what may be taken once, for a while. Of what too many have asked for the oldest is let go, so that a flood costs
-- a bounded amount of memory and nobody is shut out by it; a single network is made to wait before that.
-- KEYS[1] hash: id -> record   KEYS[2] sorted set of ids by when they end   KEYS[3] how often this network has asked
-- ARGV[1] now (ms)   ARGV[2] for how long (ms)   ARGV[3] id   ARGV[4] record   ARGV[5] how many may wait in all
-- ARGV[6] how often one network may ask in that time
-- Returns 0 when it is kept, else for how many ms the network has to wait.
local now, lasts = tonumber(ARGV[1]), tonumber(ARGV[2])
local asked = redis.call('INCR', KEYS[3])
if asked == 1 then redis.call('PEXPIRE', KEYS[3], lasts) end
if asked > tonumber(ARGV[6]) then return math.max(1, redis.call('PTTL', KEYS[3])) end
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)
local over = redis.call('ZCARD', KEYS[2]) - #gone + 1 - tonumber(ARGV[5])
if over > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[2], #gone, #gone + over - 1)) do gone[#gone + 1] = id end
end
if #gone > 0 then
  redis.call('HDEL', KEYS[1], unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(gone))
end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('ZADD', KEYS[2], now + lasts, ARGV[3])
redis.call('PEXPIRE', KEYS[1], 2 * lasts)
redis.call('PEXPIRE', KEYS[2], 2 * lasts)
return 0
