-- LEG START says that the consultation of one leg has begun.
--
-- KEYS  1 record  2 outbox  3 rev
-- ARGV  1 id  2 leg, counted from 0  3 channel  4 outbox bound
--
-- Answers started|replay; state, the state that forbids it; gone.
local record = KEYS[1]
local state = redis.call('HGET', record, 'state')
if not state then return {'gone'} end
if redis.call('HEXISTS', record, 'started' .. ARGV[2]) == 1 then return {'replay'} end
if state ~= 'arrived' then return {'state', state} end
redis.call('HSET', record, 'started' .. ARGV[2], ms(clock()))
emit(record, KEYS[2], KEYS[3], ARGV[3], ARGV[4], ARGV[1], 'leg-started')
return {'started'}
