-- Redeems a one-time code.
-- KEYS[1]  hash of the code minted for a seat: h = hash, n = tries so far
-- ARGV[1]  hash of the code given
-- ARGV[2]  most tries
-- Returns  1 redeemed (the code is gone), 0 wrong, -1 there is none (never minted, expired, used), -2 too many tries
local want = redis.call('HGET', KEYS[1], 'h')
if not want then return -1 end
local tries = redis.call('HINCRBY', KEYS[1], 'n', 1)
if tries > tonumber(ARGV[2]) then return -2 end
if want ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
