-- LEG DONE says that one leg is over and frees what is left of its desk's time.
--
-- KEYS  1 record  2 outbox  3 rev  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 leg, counted from 0  4 channel  5 outbox bound
--
-- Answers done|replay; state, the state that forbids it; changed; gone.
local record, id, now = KEYS[1], ARGV[1], clock()
local mark = 'done' .. ARGV[3]
local was = redis.call('HMGET', record, 'state', 'v', 'claims', mark, 'plan', 'office')
if not was[1] then return {'gone'} end
if was[4] then return {'replay'} end
if was[1] ~= 'arrived' then return {'state', was[1]} end
if was[2] ~= ARGV[2] then return {'changed'} end

-- The desk claim of this leg is the one whose interval the plan gives it: it has not been cut yet.
local n, s, e = 0, nil, nil
for from, to in string.gmatch(was[5], ' (%d+) (%d+)') do
  if n == tonumber(ARGV[3]) then s, e = tonumber(from), tonumber(to) end
  n = n + 1
end
local left = {}
for i, c in ipairs(claims_of(was[3])) do
  if string.sub(c.label, 1, 5) == 'desk:' and c.s == s and c.e == e then c = cut(c, KEYS[3 + i], now, id) end
  left[#left + 1] = c
end
local version = tonumber(was[2]) + 1
redis.call('HSET', record, 'v', version, mark, ms(now), 'claims', claims_text(left))
emit(KEYS[2], KEYS[3], ARGV[4], ARGV[5], id, version, 'leg-done', was[6])
return {'done'}
