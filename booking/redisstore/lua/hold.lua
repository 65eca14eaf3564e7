-- HOLD claims a booth, a desk for each leg and, where known, the resident, together or not at all.
--
-- KEYS  1 record  2 due  3 outbox  4 rev  5 rules  6 sealed personal record
--       7… candidate ledgers, claim after claim: booths, then desks of each leg, then the resident's
-- ARGV  1 id  2 fingerprint of the request  3 rule version the caller judged by  4 how long the hold lives, ms
--       5 how long the record is remembered after that, ms  6 how long an unused ledger is kept, ms
--       7 length of the ledger keys' prefix  8 channel  9 outbox bound
--       10 office  11 start  12 end  13 plan of the legs  14 seat that books  15 resident index or ''
--       16 sealed personal record or ''  17 number of claims, then for each: start, end, number of candidates
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

local picked, taken, key, arg = {}, {}, 7, 18
for i = 1, tonumber(ARGV[17]) do
  local s, e, n = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  for k = key, key + n - 1 do
    if not clash(KEYS[k], s, e, now) then
      picked[i] = {led = KEYS[k], label = string.sub(KEYS[k], tonumber(ARGV[7]) + 1), s = s, e = e}
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
  redis.call('ZREMRANGEBYSCORE', c.led, '-inf', '(' .. ms(now - 3 * 86400000))
  redis.call('PEXPIRE', c.led, ARGV[6])
  local kind, name = string.match(c.label, '^(%a+):(.+)$')
  if kind == 'booth' then booth = name end
  if kind == 'desk' then desks[#desks + 1] = name end
end
desks = table.concat(desks, ',')

redis.call('HSET', record, 'state', 'held', 'v', 0, 'fp', ARGV[2], 'office', ARGV[10], 'start', ARGV[11], 'end', ARGV[12],
  'plan', ARGV[13], 'by', ARGV[14], 'res', ARGV[15], 'booth', booth, 'desks', desks, 'deadline', ms(deadline), 'heldUntil', ms(deadline),
  'claims', claims_text(picked), 'anon', '0')
redis.call('PEXPIRE', record, ms(tonumber(ARGV[4]) + tonumber(ARGV[5])))
if ARGV[16] ~= '' then redis.call('SET', KEYS[6], ARGV[16], 'PX', ARGV[4]) end
redis.call('ZADD', KEYS[2], ms(deadline), id)
emit(record, KEYS[3], KEYS[4], ARGV[8], ARGV[9], id, 'held')
return {'held', ms(deadline), booth, desks, ms(now)}
