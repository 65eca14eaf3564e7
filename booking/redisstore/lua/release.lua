-- RELEASE gives a hold back before it was confirmed. A hold that is gone already counts as given back.
--
-- KEYS  1 record  2 due  3 outbox  4 rev  5 sealed personal record  6… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 channel  4 outbox bound
--
-- Answers released|replay; booked (it is an appointment by now: cancel it instead); changed; gone.
local record, id = KEYS[1], ARGV[1]
local was = redis.call('HMGET', record, 'state', 'v', 'deadline', 'claims', 'office')
if not was[1] then return {'gone'} end
if was[1] == 'released' or was[1] == 'expired' then return {'replay'} end
if was[1] ~= 'held' then return {'booked'} end
if was[2] ~= ARGV[2] then return {'changed'} end
local version = tonumber(was[2]) + 1
drop(claims_of(was[4]), 6, tonumber(was[3]), id)
redis.call('HSET', record, 'state', 'released', 'v', version, 'claims', '')
redis.call('DEL', KEYS[5])
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], KEYS[4], ARGV[3], ARGV[4], id, version, 'released', was[5])
return {'released'}
