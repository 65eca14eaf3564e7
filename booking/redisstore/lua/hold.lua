-- HOLD claims a booth, a desk for each leg and, where known, the resident, together or not at all.
--
-- KEYS  1 record  2 rules  3 due  4 outbox
--       5… candidate ledgers, claim after claim: booths, then desks of each leg, then the resident's
-- ARGV  1 id  2 fingerprint of the request  3 rule version the caller judged by  4 how long the hold lives, ms
--       5 how long the record is remembered altogether, ms  6 the record's other fields, the sealed personal record
--       among them while it is held: one write less  7 office  8 the resident is known: 1 or 0
--       9 number of claims, then for each: start, end, number of candidates (negative: lent, see pick)
--
-- Answers held|replay, deadline, booth, desks, now; mismatch; stale, version in force; taken, claims in the way ("1,3").
local id, now = ARGV[1], clock()

local seen = redis.call('MGET', KEYS[1], KEYS[2])
local known = seen[1]
if known then
  if not string.find(known, 'fp=' .. ARGV[2] .. '\n', 1, true) then return {'mismatch'} end
  local function of(name, first) return string.match(known, first .. '=([^\n]*)') or string.match(known, name .. '=([^\n]*)') end
  return {'replay', of('deadline', 'until'), of('booth', 'booth0'), of('desks', 'desks0'), ms(now)}
end
if seen[2] and seen[2] ~= ARGV[3] then return {'stale', seen[2]} end

local count = tonumber(ARGV[9])
local picked, taken = pick(count, 5, 10, {}, now)
if #taken > 0 then return {'taken', table.concat(taken, ',')} end

local deadline = ms(now + ARGV[4])
local tail, skip = '|' .. deadline .. '|' .. id, #KEYS[2] -- "{area}:led:" is one letter shorter than "{area}:rules"
local last = ARGV[8] == '1' and count or 0
local booth, desks, claims = '', '', ''
for i = 1, count do
  local c = picked[i]
  redis.call('ZADD', c.led, c.s, c.e .. tail)
  local label = string.sub(c.led, skip)
  if i == 1 then
    booth = string.sub(label, 7)
    claims = 'b ' .. label .. ' ' .. c.s .. ' ' .. c.e
  elseif i == last then
    claims = claims .. ',r ' .. label .. ' ' .. c.s .. ' ' .. c.e
  else
    desks = (i == 2 and '' or desks .. ',') .. string.sub(label, 6)
    claims = claims .. ',' .. (i - 2) .. ' ' .. label .. ' ' .. c.s .. ' ' .. c.e
  end
end

redis.call('SET', KEYS[1], 'state=held\nv=1\ndeadline=' .. deadline .. '\nfp=' .. ARGV[2] .. '\nbooth=' .. booth .. '\ndesks=' .. desks
  .. '\nclaims=' .. claims .. '\n' .. ARGV[6], 'PX', ARGV[5])
redis.call('ZADD', KEYS[3], deadline, id)
emit(KEYS[4], 'held ' .. id .. ' 1 ' .. ARGV[7])
return {'held', deadline, booth, desks, ms(now)}
