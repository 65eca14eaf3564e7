-- LEG DONE says that one leg is over and frees what is left of its desk's time.
--
-- KEYS  1 record  2 outbox  3 alarms  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 leg, counted from 0
--
-- Answers done|replay; state, the state that forbids it; changed; gone.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f then return {'gone'} end
local legs = legs_of(f.legs)
local leg = legs[ARGV[3] + 1]
if leg.done ~= '0' then return {'replay'} end
if f.state ~= 'arrived' then return {'state', f.state} end
if f.v ~= ARGV[2] then return {'changed'} end
local left = {}
for i, c in ipairs(claims_of(f.claims)) do
  if c.tag == ARGV[3] then c = cut(c, KEYS[3 + i], now, id) end
  left[#left + 1] = c
end
leg.done = ms(now)
silence(KEYS[3], f, id)
f.legs, f.claims = legs_text(legs), claims_text(left)
emit(KEYS[2], 'leg-done ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office .. ' leg=' .. ARGV[3])
return {'done'}
