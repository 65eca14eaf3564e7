-- LEND opens or closes, in the area that borrows, a window in which another area's desk can be booked there. The other
-- area keeps the desk blocked for as long as the window is open, or could still be opened.
--
-- KEYS  1 windows of the desk  2 outbox  3 ledger of the desk here
-- ARGV  1 id  2 start  3 end  4 open or close  5 until when it may be opened, by this clock
--
-- Answers open|closed|replay; late (it may not be opened any more); taken, the ids in the way.
local id, now, s, e = ARGV[1], clock(), ARGV[2], ARGV[3]
local window = e .. '|' .. id
local there = redis.call('ZSCORE', KEYS[1], window)
if ARGV[4] == 'open' then
  if there then return {'replay'} end
  if now > tonumber(ARGV[5]) then return {'late'} end
  local last = redis.call('ZREVRANGEBYSCORE', KEYS[1], '(' .. e, '-inf', 'LIMIT', 0, 1)[1]
  if last and tonumber(string.match(last, '^(%d+)|')) > tonumber(s) then return {'taken', string.match(last, '|(.+)$')} end
  redis.call('ZADD', KEYS[1], s, window)
  emit(KEYS[2], 'lent ' .. id .. ' 0 -')
  return {'open'}
end
if not there then return {'replay'} end
local from = math.max(now, tonumber(s))
local way = {}
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], ms(tonumber(s) - 86400000), '(' .. e)) do
  local stop, deadline, who = string.match(entry, '^(%d+)|(%d+)|(.+)$')
  if tonumber(stop) > from and (deadline == '0' or tonumber(deadline) > now) then way[#way + 1] = who end
end
if #way > 0 then return {'taken', unpack(way)} end
redis.call('ZREM', KEYS[1], window)
emit(KEYS[2], 'returned ' .. id .. ' 0 -')
return {'closed'}
