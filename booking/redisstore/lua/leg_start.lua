-- LEG START says that the consultation of one leg has begun.
--
-- KEYS  1 record  2 outbox  3 rev
-- ARGV  1 id  2 leg, counted from 0  3 channel  4 outbox bound
--
-- Answers started|replay; state, the state that forbids it; gone.
local record = KEYS[1]
local mark = 'started' .. ARGV[2]
local was = redis.call('HMGET', record, 'state', 'v', 'office', mark)
local state, version = was[1], (tonumber(was[2]) or 0) + 1
if not state then return {'gone'} end
if was[4] then return {'replay'} end
if state ~= 'arrived' then return {'state', state} end
redis.call('HSET', record, mark, ms(clock()), 'v', version)
emit(KEYS[2], KEYS[3], ARGV[3], ARGV[4], ARGV[1], version, 'leg-started', was[3])
return {'started'}
