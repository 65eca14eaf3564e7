-- FINISH ends the visit and frees what is left of everybody's time; the booth keeps its cleaning.
--
-- KEYS  1 record  2 outbox  3 rev  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 outcome: done or noshow  4 channel  5 outbox bound
--
-- Answers finished|replay; state, the state that forbids it; changed; gone.
local record, id, now = KEYS[1], ARGV[1], clock()
local was = redis.call('HMGET', record, 'state', 'v', 'claims', 'end', 'office')
if not was[1] then return {'gone'} end
if was[1] == ARGV[3] then return {'replay'} end
if was[1] ~= 'arrived' and not (was[1] == 'booked' and ARGV[3] == 'noshow') then return {'state', was[1]} end
if was[2] ~= ARGV[2] then return {'changed'} end
local left = {}
for i, c in ipairs(claims_of(was[3])) do
  local stop = now
  if string.sub(c.label, 1, 6) == 'booth:' and was[1] == 'arrived' then stop = now + c.e - tonumber(was[4]) end
  left[#left + 1] = cut(c, KEYS[3 + i], stop, id)
end
local version = tonumber(was[2]) + 1
redis.call('HSET', record, 'state', ARGV[3], 'v', version, 'claims', claims_text(left), 'finishedAt', ms(now))
emit(KEYS[2], KEYS[3], ARGV[4], ARGV[5], id, version, ARGV[3], was[5])
return {'finished'}
