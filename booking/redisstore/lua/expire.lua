-- EXPIRE clears a hold away whose deadline has passed. It only tidies up: a dead hold blocks nobody anyway.
--
-- KEYS  1 record  2 due  3 outbox  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from; 0 where there was no record
--
-- Answers expired, the sealed personal record or ''; replay; alive; changed.
local id = ARGV[1]
local f = read(KEYS[1])
if not f or f.state ~= 'held' then
  redis.call('ZREM', KEYS[2], id)
  return {'replay'}
end
if tonumber(f.deadline) > clock() then return {'alive'} end
if f.v ~= ARGV[2] then return {'changed'} end
drop(claims_of(f.claims), 4, f.deadline, id)
local who = f.who or ''
f.state, f.claims, f.who = 'expired', '', nil
local version = write(KEYS[1], f)
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], 'expired ' .. id .. ' ' .. version .. ' ' .. f.office)
return {'expired', who}
