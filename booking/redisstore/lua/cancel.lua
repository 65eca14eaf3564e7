-- CANCEL gives an appointment up before the resident has arrived, and destroys the personal record.
--
-- KEYS  1 record  2 outbox  3 rev  4 sealed personal record  5… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 channel  4 outbox bound
--
-- Answers cancelled|replay; state, the state that forbids it; changed; gone.
local record, id = KEYS[1], ARGV[1]
local was = redis.call('HMGET', record, 'state', 'v', 'claims', 'office')
if not was[1] then return {'gone'} end
if was[1] == 'cancelled' then return {'replay'} end
if was[1] ~= 'booked' then return {'state', was[1]} end
if was[2] ~= ARGV[2] then return {'changed'} end
local version = tonumber(was[2]) + 1
drop(claims_of(was[3]), 5, 0, id)
redis.call('HSET', record, 'state', 'cancelled', 'v', version, 'claims', '')
redis.call('DEL', KEYS[4])
emit(KEYS[2], KEYS[3], ARGV[3], ARGV[4], id, version, 'cancelled', was[4])
return {'cancelled'}
