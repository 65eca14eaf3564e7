-- HOLD claims a booth, a desk for each leg and, where known, the resident, together or not at all.
--
-- KEYS  1 record  2 due  3 outbox  4 rev  5 rules  6 sealed personal record
--       7… candidate ledgers, claim after claim: booths, then desks of each leg, then the resident's
-- ARGV  1 id  2 fingerprint of the request  3 rule version the caller judged by  4 how long the hold lives, ms
--       5 how long the record is remembered after that, ms  6 length of the ledger keys' prefix
--       7 channel  8 outbox bound  9 office  10 start  11 end  12 plan of the legs  13 seat that books
--       14 resident index or ''  15 sealed personal record or ''
--       16 number of claims, then for each: start, end, number of candidates
--
-- Answers held|replay, deadline, booth, desks, now; mismatch; stale, version in force; taken, claims in the way ("1,3").
local record, now = KEYS[1], clock()
local id = ARGV[1]

local known = redis.call('HMGET', record, 'fp', 'heldUntil', 'booth', 'desks')
if known[1] then
  if known[1] ~= ARGV[2] then return {'mismatch'} end
  return {'replay', known[2], known[3], known[4], ms(now)}
end

local rules = redis.call('GET', KEYS[5])
if rules and rules ~= ARGV[3] then return {'stale', rules} end

local picked, taken, key, arg = {}, {}, 7, 17
for i = 1, tonumber(ARGV[16]) do
  local s, e, n = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  for k = key, key + n - 1 do
    if not clash(KEYS[k], s, e, now) then
      picked[i] = {led = KEYS[k], label = string.sub(KEYS[k], tonumber(ARGV[6]) + 1), s = s, e = e}
      break
    end
  end
  if not picked[i] then taken[#taken + 1] = tostring(i) end
  key, arg = key + n, arg + 3
end
if #taken > 0 then return {'taken', table.concat(taken, ',')} end

local deadline = now + tonumber(ARGV[4])
local booth, desks = '', {}
for _, c in ipairs(picked) do
  redis.call('ZADD', c.led, ms(c.s), member(c.e, deadline, id))
  local kind, name = string.match(c.label, '^(%a+):(.+)$')
  if kind == 'booth' then booth = name end
  if kind == 'desk' then desks[#desks + 1] = name end
end
desks = table.concat(desks, ',')

redis.call('HSET', record, 'state', 'held', 'v', 1, 'fp', ARGV[2], 'office', ARGV[9], 'start', ARGV[10], 'end', ARGV[11],
  'plan', ARGV[12], 'by', ARGV[13], 'res', ARGV[14], 'booth', booth, 'desks', desks, 'deadline', ms(deadline), 'heldUntil', ms(deadline),
  'claims', claims_text(picked), 'anon', '0')
redis.call('PEXPIRE', record, ms(tonumber(ARGV[4]) + tonumber(ARGV[5])))
-- A minute longer than the hold, so that a confirmation in the last moment still finds it; EXPIRE deletes it before.
if ARGV[15] ~= '' then redis.call('SET', KEYS[6], ARGV[15], 'PX', ms(tonumber(ARGV[4]) + 60000)) end
redis.call('ZADD', KEYS[2], ms(deadline), id)
emit(KEYS[3], KEYS[4], ARGV[7], ARGV[8], id, 1, 'held', ARGV[9])
return {'held', ms(deadline), booth, desks, ms(now)}
