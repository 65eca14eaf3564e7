-- LEG FREE gives a later leg back that is not needed after all: its desk's time, and where the visit ends earlier by
-- that, the booth's and the resident's.
--
-- KEYS  1 record  2 outbox  3… ledgers of the record's claims, then the minutes of the leg's pool
-- ARGV  1 id  2 version the keys were made from  3 leg, counted from 0
--
-- Answers freed|replay; state, the state that forbids it, or the leg's (started, done, only); changed; gone.
local id, now, n = ARGV[1], clock(), tonumber(ARGV[3])
local f = read(KEYS[1])
if not f then return {'gone'} end
local legs = legs_of(f.legs)
local leg = legs[n + 1]
if leg.freed == '1' then return {'replay'} end
if f.state ~= 'booked' and f.state ~= 'arrived' then return {'state', f.state} end
if leg.started ~= '0' or leg.done ~= '0' then return {'state', 'begun'} end
if f.v ~= ARGV[2] then return {'changed'} end
local stop = 0
for i, l in ipairs(legs) do
  if i ~= n + 1 and l.freed == '0' then stop = math.max(stop, tonumber(l.e)) end
end
if stop == 0 then return {'state', 'the only leg'} end
local saved = math.max(0, f['end'] - math.max(stop, now))
local claims, left = claims_of(f.claims), {}
for i, c in ipairs(claims) do
  if c.tag == ARGV[3] then
    redis.call('ZREM', KEYS[2 + i], member(c.e, '0', id))
    c = nil
  elseif saved > 0 and (c.tag == 'b' or c.tag == 'r') then
    c = cut(c, KEYS[2 + i], c.e - saved, id)
  end
  left[#left + 1] = c
end
local desk = words_of(f.desks, ',')[n + 1]
count_minutes(KEYS[3 + #claims], (leg.s - leg.e) / 60000, desk)
leg.done, leg.freed = ms(now), '1'
f.legs, f.claims, f['end'] = legs_text(legs), claims_text(left), ms(f['end'] - saved)
emit(KEYS[2], 'leg-freed ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office .. ' leg=' .. ARGV[3])
return {'freed'}
