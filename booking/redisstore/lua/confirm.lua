-- CONFIRM makes a live hold an appointment: names the resident if that is new, allots call and reception number.
--
-- KEYS  1 record  2 due  3 outbox  4 rev  5 sealed personal record  6 last call number  7 reception numbers
--       8 day index of the office  9… ledgers of the record's claims, then the new resident's ledger if any,
--       then the day indexes of the desks
-- ARGV  1 id  2 version the keys were made from  3 resident index or ''  4 anonymous: 1 or 0
--       5 sealed personal record or '' to keep the present one  6 until when it is kept  7 channel  8 outbox bound
--       9 until when the record is kept  10 number of claims  11 the resident is new: 1 or 0  12 number of desks
--       13 length of the ledger keys' prefix  14 how long an unused ledger is kept, ms  15… reception numbers to try
--
-- Answers booked|replay; mismatch; expired; lost; gone; changed; taken; again (no reception number was free);
-- unnamed (neither a resident nor anonymous).
local record, now, id = KEYS[1], clock(), ARGV[1]
local was = redis.call('HMGET', record, 'state', 'v', 'deadline', 'claims', 'res', 'anon', 'start', 'end', 'office')
local state = was[1]
if not state then return {'gone'} end
if state == 'expired' then return {'expired'} end
if state == 'released' or state == 'cancelled' then return {'gone'} end
if state ~= 'held' then
  if was[5] == ARGV[3] and was[6] == ARGV[4] then return {'replay'} end
  return {'mismatch'}
end
local deadline = tonumber(was[3])
if deadline <= now then return {'expired'} end
if was[2] ~= ARGV[2] then return {'changed'} end
if ARGV[3] == '' and ARGV[4] == '0' then return {'unnamed'} end

local claims = claims_of(was[4])
for i, c in ipairs(claims) do
  if not redis.call('ZSCORE', KEYS[8 + i], member(c.e, deadline, id)) then return {'lost'} end
end
local n, fresh, version = #claims, ARGV[11] == '1', tonumber(was[2]) + 1
local s, e = tonumber(was[7]), tonumber(was[8])
if fresh and clash(KEYS[9 + n], s, e, now) then return {'taken'} end

local reception
for i = 15, #ARGV do
  if redis.call('HSETNX', KEYS[7], ARGV[i], id) == 1 then
    reception = ARGV[i]
    break
  end
end
if not reception then return {'again'} end
local number = redis.call('INCR', KEYS[6])

local kept = {}
for i, c in ipairs(claims) do
  redis.call('ZREM', KEYS[8 + i], member(c.e, deadline, id))
  local dropped = string.sub(c.label, 1, 9) == 'resident:' and (fresh or ARGV[3] == '')
  if not dropped then
    settle(KEYS[8 + i], c.s, c.e, id, now, ARGV[14])
    kept[#kept + 1] = c
  end
end
local desks = 9 + n
if fresh then
  local led = KEYS[9 + n]
  settle(led, s, e, id, now, ARGV[14])
  kept[#kept + 1] = {label = string.sub(led, tonumber(ARGV[13]) + 1), s = s, e = e}
  desks = desks + 1
end

redis.call('HSET', record, 'state', 'booked', 'v', version, 'deadline', '0', 'claims', claims_text(kept), 'res', ARGV[3], 'anon', ARGV[4],
  'num', number, 'recv', reception)
redis.call('PEXPIREAT', record, ARGV[9])
redis.call('PEXPIREAT', KEYS[6], ARGV[9])
redis.call('PEXPIREAT', KEYS[7], ARGV[9])
if ARGV[5] ~= '' then redis.call('SET', KEYS[5], ARGV[5]) end
if ARGV[3] == '' then redis.call('DEL', KEYS[5]) else redis.call('PEXPIREAT', KEYS[5], ARGV[6]) end
redis.call('ZADD', KEYS[8], ms(s), id)
redis.call('PEXPIREAT', KEYS[8], ARGV[9])
for i = desks, desks + tonumber(ARGV[12]) - 1 do
  redis.call('ZADD', KEYS[i], ms(s), id)
  redis.call('PEXPIREAT', KEYS[i], ARGV[9])
end
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], KEYS[4], ARGV[7], ARGV[8], id, version, 'booked', was[9])
return {'booked'}
