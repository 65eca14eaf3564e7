-- Gives a room a node, if it still is where the caller thinks.
-- KEYS: 1 place of the room, 2 counter of epochs
-- ARGV: 1 epoch the caller knows (0: not placed), 2 node, 3 smallest epoch that may not be given again,
--       4 ms to keep it, 5 channel, 6 room
-- Returns the place as it is now, JSON.
local raw = redis.call('GET', KEYS[1])
local known = 0
if raw then
  known = cjson.decode(raw).epoch
end
if known ~= tonumber(ARGV[1]) then
  -- Somebody was faster; or Redis has lost the room, and then the caller's is no worse than nobody's.
  if raw then
    return raw
  end
end
local epoch = redis.call('INCR', KEYS[2])
local floor = math.max(tonumber(ARGV[3]), known)
if epoch <= floor then
  epoch = floor + 1
  redis.call('SET', KEYS[2], epoch)
end
local place = cjson.encode({ node = ARGV[2], epoch = epoch })
redis.call('SET', KEYS[1], place, 'PX', ARGV[4])
redis.call('PUBLISH', ARGV[5], cjson.encode({ room = ARGV[6], node = ARGV[2], epoch = epoch }))
return place
