-- Takes the lease of an area's trail, or prolongs it.
-- KEYS[1]  lease                   ARGV[1]  who asks
-- ARGV[2]  ms it lasts; 0 gives it back
-- Returns  1 where it is held by who asks, or was given back; 0 where somebody else has it.
local there = redis.call('GET', KEYS[1])
if there and there ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
