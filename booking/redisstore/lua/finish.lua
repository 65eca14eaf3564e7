-- FINISH ends the visit and frees what is left of everybody's time; the booth keeps its cleaning. A resident who has not
-- arrived counts as a no-show only where the first professional was there to wait, and only after the time of grace;
-- one who has arrived and was not served is no no-show either.
--
-- KEYS  1 record  2 outbox  3 alarms  4 when the first desk was last seen  5… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 outcome: done, noshow or unserved  4 grace after the start, ms
--
-- Answers finished|replay; state, the state that forbids it; early; unattended; changed; gone.
local id, now, outcome = ARGV[1], clock(), ARGV[3]
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == outcome then return {'replay'} end
if f.state ~= 'arrived' and not (f.state == 'booked' and outcome == 'noshow') then return {'state', f.state} end
if f.state == 'arrived' and outcome == 'noshow' then return {'state', f.state} end
if f.v ~= ARGV[2] then return {'changed'} end
if outcome == 'noshow' then
  if now < f.start + ARGV[4] then return {'early'} end
  local seen = redis.call('GET', KEYS[4])
  if not seen or tonumber(seen) < tonumber(f.start) then
    emit(KEYS[2], 'unattended ' .. id .. ' 0 ' .. f.office)
    return {'unattended'}
  end
end
local left = {}
for i, c in ipairs(claims_of(f.claims)) do
  local stop = now
  if c.tag == 'b' and f.state == 'arrived' then stop = now + c.e - f['end'] end
  left[#left + 1] = cut(c, KEYS[4 + i], stop, id)
end
silence(KEYS[3], f, id)
f.state, f.claims, f.finished = outcome, claims_text(left), ms(now)
emit(KEYS[2], outcome .. ' ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
return {'finished'}
