-- AGREE notes which shape of what is stored a broker reads, and puts a newer one in force once every broker that has been here
-- lately has been reading it for long enough.
--
-- KEYS  1 shape: in force, the next one and since when all read that ("1 2 1796205600000"; "1" where none is next)
--       2 readers: "shape broker" by until when they count as being here
-- ARGV  1 broker  2 newest shape it reads  3 how long a broker counts, and how long all must have been reading, ms
--       4 shape in force where none has been agreed upon yet
--
-- Answers the shape in force.
local now, reads = clock(), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ms(now))
redis.call('ZADD', KEYS[2], ms(now + ARGV[3]), ARGV[2] .. ' ' .. ARGV[1])
local least = reads
for _, one in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  least = math.min(least, tonumber(string.match(one, '^(%d+)')))
end
local force, next, since = string.match(redis.call('GET', KEYS[1]) or ARGV[4], '^(%d+) ?(%d*) ?(%d*)$')
force = tonumber(force)
local new
if least <= force then
  new = ms(force)
elseif tonumber(next) ~= least then
  new = ms(force) .. ' ' .. ms(least) .. ' ' .. ms(now)
elseif now - since >= tonumber(ARGV[3]) then
  force = least
  new = ms(force)
end
if new then redis.call('SET', KEYS[1], new) end
return {ms(force)}
