-- CHECKIN says that the resident is here.
--
-- KEYS  1 record  2 outbox  3 alarms
-- ARGV  1 id
--
-- Answers arrived|replay; state, the state that forbids it; gone.
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == 'arrived' then return {'replay'} end
if f.state ~= 'booked' then return {'state', f.state} end
silence(KEYS[3], f, ARGV[1])
f.state, f.arrived = 'arrived', ms(clock())
emit(KEYS[2], 'arrived ' .. ARGV[1] .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
return {'arrived'}
