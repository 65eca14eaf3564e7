-- CANCEL gives an appointment up before the resident has arrived, and destroys the personal record.
--
-- KEYS  1 record  2 outbox  3 sealed personal record  4 alarms  5… ledgers of the record's claims, then the minutes of the
--       legs' pools
-- ARGV  1 id  2 version the keys were made from  3 the mark of this step
--
-- Answers cancelled|replay, the record; state, the state that forbids it; changed; gone.
local id = ARGV[1]
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == 'cancelled' then return {'replay', text_of(f)} end
if f.state ~= 'booked' and f.state ~= 'disputed' then return {'state', f.state} end
if f.v ~= ARGV[2] then return {'changed'} end
local claims = claims_of(f.claims)
drop(claims, 5, '0', id)
if #claims > 0 then assign(5 + #claims, words_of(f.desks, ','), legs_of(f.legs), -1) end -- disputed, it may have none
silence(KEYS[4], f, id)
f.state, f.claims, f.dispute, f.wanted = 'cancelled', '', nil, nil
mark(f, ARGV[3])
local version = write(KEYS[1], f)
redis.call('DEL', KEYS[3])
emit(KEYS[2], 'cancelled ' .. id .. ' ' .. version .. ' ' .. f.office)
return {'cancelled', text_of(f)}
