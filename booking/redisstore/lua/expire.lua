-- EXPIRE clears a hold away whose deadline has passed. It only tidies up: a dead hold blocks nobody anyway.
--
-- KEYS  1 record  2 due  3 outbox  4 rev  5 sealed personal record  6… ledgers of the record's claims
-- ARGV  1 id  2 channel  3 outbox bound
--
-- Answers expired, the sealed personal record or ''; replay; alive.
local record, id = KEYS[1], ARGV[1]
local was = redis.call('HMGET', record, 'state', 'deadline', 'claims', 'v', 'office')
if was[1] ~= 'held' then
  redis.call('ZREM', KEYS[2], id)
  return {'replay'}
end
if tonumber(was[2]) > clock() then return {'alive'} end
local version = tonumber(was[4]) + 1
drop(claims_of(was[3]), 6, tonumber(was[2]), id)
redis.call('HSET', record, 'state', 'expired', 'v', version, 'claims', '')
local who = redis.call('GET', KEYS[5]) or ''
redis.call('DEL', KEYS[5])
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], KEYS[4], ARGV[2], ARGV[3], id, version, 'expired', was[5])
return {'expired', who}
