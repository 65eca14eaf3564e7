-- LEG START says that the consultation of one leg has begun. Where it is still going on at its end, an alarm tells.
--
-- KEYS  1 record  2 outbox  3 alarms
-- ARGV  1 id  2 leg, counted from 0  3 grace after the leg's end until it counts as overrun, ms
--
-- Answers started|replay; state, the state that forbids it; gone.
local f = read(KEYS[1])
if not f then return {'gone'} end
local legs = legs_of(f.legs)
local leg = legs[ARGV[2] + 1]
if leg.started ~= '0' then return {'replay'} end
if f.state ~= 'arrived' then return {'state', f.state} end
leg.started = ms(clock())
f.legs = legs_text(legs)
silence(KEYS[3], f, ARGV[1])
arm(KEYS[3], f, ARGV[1], ms(math.floor((leg.e + ARGV[3] - f.start) / 1000)) .. ':o' .. ARGV[2], 0)
emit(KEYS[2], 'leg-started ' .. ARGV[1] .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office .. ' leg=' .. ARGV[2])
return {'started'}
