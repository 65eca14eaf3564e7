-- CHECKIN says that the resident is here.
--
-- KEYS  1 record  2 outbox  3 rev
-- ARGV  1 id  2 channel  3 outbox bound
--
-- Answers arrived|replay; state, the state that forbids it; gone.
local record = KEYS[1]
local was = redis.call('HMGET', record, 'state', 'v', 'office')
local state, version = was[1], (tonumber(was[2]) or 0) + 1
if not state then return {'gone'} end
if state == 'arrived' then return {'replay'} end
if state ~= 'booked' then return {'state', state} end
redis.call('HSET', record, 'state', 'arrived', 'v', version, 'arrivedAt', ms(clock()))
emit(KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[1], version, 'arrived', was[3])
return {'arrived'}
