-- CONFIRM makes a live hold an appointment: names the resident if that is new, allots call and reception number, sets
-- its alarms and counts the desks' minutes.
--
-- KEYS  1 record  2 due  3 outbox  4 sealed personal record  5 last call number  6 reception numbers
--       7 day index of the office  8 alarms  9… ledgers of the record's claims, then the new resident's ledger if any,
--       then the day indexes of the desks, then the minutes of the legs' pools
-- ARGV  1 id  2 version the keys were made from  3 resident index or ''  4 anonymous: 1 or 0
--       5 sealed personal record or '' to keep the present one  6 until when it is kept
--       7 until when the record is kept  8 the resident is new: 1 or 0  9 label of the new resident's ledger
--       10 how long an unused ledger is kept, ms  11 call number given before, or 0
--       12 number of reception numbers, then those to try
--       … alarms (see arm), then the mark of this step
--
-- Answers booked|replay, the record, the sealed personal record or ''; mismatch; expired; lost; gone; changed; taken; again (no reception number was free);
-- unnamed (neither a resident nor anonymous).
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == 'expired' then return {'expired'} end
if f.state == 'released' or f.state == 'cancelled' then return {'gone'} end
if f.state ~= 'held' then
  if f.res == ARGV[3] and f.anon == ARGV[4] then return {'replay', text_of(f), redis.call('GET', KEYS[4]) or ''} end
  return {'mismatch'}
end
if tonumber(f.deadline) <= now then return {'expired'} end
if f.v ~= ARGV[2] then return {'changed'} end
if ARGV[3] == '' and ARGV[4] == '0' then return {'unnamed'} end

local claims, legs = claims_of(f.claims), legs_of(f.legs)
local n, fresh = #claims, ARGV[8] == '1'
for i, c in ipairs(claims) do
  if not redis.call('ZSCORE', KEYS[8 + i], member(c.e, f.deadline, id)) then return {'lost'} end
end
if fresh and clash(KEYS[9 + n], tonumber(f.start), f['end'], now) then return {'taken'} end

local reception
local tries = tonumber(ARGV[12])
for i = 13, 12 + tries do
  if redis.call('HSETNX', KEYS[6], ARGV[i], id) == 1 then
    reception = ARGV[i]
    break
  end
end
if not reception then return {'again'} end

local kept = {}
for i, c in ipairs(claims) do
  redis.call('ZREM', KEYS[8 + i], member(c.e, f.deadline, id))
  local dropped = c.tag == 'r' and (fresh or ARGV[3] == '')
  if not dropped then
    settle(KEYS[8 + i], c.s, c.e, id, now, ARGV[10])
    kept[#kept + 1] = c
  end
end
local desks = 9 + n
if fresh then
  settle(KEYS[desks], f.start, f['end'], id, now, ARGV[10])
  kept[#kept + 1] = {tag = 'r', label = ARGV[9], s = f.start, e = f['end']}
  desks = desks + 1
end

local number = tonumber(ARGV[11])
if number == 0 then number = redis.call('INCR', KEYS[5]) end
if number == 1 then redis.call('PEXPIREAT', KEYS[5], ARGV[7]) end
redis.call('PEXPIREAT', KEYS[6], ARGV[7])
redis.call('ZADD', KEYS[7], f.start, id)
redis.call('PEXPIREAT', KEYS[7], ARGV[7])
for i, l in ipairs(legs) do
  redis.call('ZADD', KEYS[desks + i - 1], l.s, id)
  redis.call('PEXPIREAT', KEYS[desks + i - 1], ARGV[7])
end
assign(desks + #legs, words_of(f.desks, ','), legs, 1)

f['until'] = f.deadline -- so that the hold asked for again gets its first answer
f.state, f.deadline, f.claims, f.res, f.anon, f.num, f.recv = 'booked', '0', claims_text(kept), ARGV[3], ARGV[4], ms(number), reception
arm(KEYS[8], f, id, ARGV[13 + tries], now)
local who = ARGV[5] ~= '' and ARGV[5] or f.who
f.who = nil -- from now on it has an expiry of its own
mark(f, ARGV[14 + tries])
local version = write(KEYS[1], f, ARGV[7])
if who and ARGV[3] ~= '' then redis.call('SET', KEYS[4], who, 'PXAT', ARGV[6]) end
redis.call('ZREM', KEYS[2], id)
emit(KEYS[3], 'booked ' .. id .. ' ' .. version .. ' ' .. f.office)
return {'booked', text_of(f), ARGV[3] ~= '' and who or ''}
