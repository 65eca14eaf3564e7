-- RELEASE gives a hold back before it was confirmed. A hold that is gone already counts as given back.
--
-- KEYS  1 record  2 due  3 outbox  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from
--
-- Answers released|replay; booked (it is an appointment by now: cancel it instead); changed; gone.
local id = ARGV[1]
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == 'released' or f.state == 'expired' then return {'replay'} end
if f.state ~= 'held' then return {'booked'} end
if f.v ~= ARGV[2] then return {'changed'} end
drop(claims_of(f.claims), 4, f.deadline, id)
f.state, f.claims, f.who = 'released', '', nil
local version = write(KEYS[1], f)
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], 'released ' .. id .. ' ' .. version .. ' ' .. f.office)
return {'released'}
