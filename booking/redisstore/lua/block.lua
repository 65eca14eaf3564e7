-- BLOCK keeps something from being booked: a closure, a sick booth, a desk that is away, cleaning, a lend. It takes the
-- whole of what it wants or, asked to go around, what is free of it; asked again it takes what has become free since.
--
-- KEYS  1 record  2 outbox  3 index of blocks  4… ledgers, one for each interval wanted
-- ARGV  1 id  2 fingerprint of the request  3 the record's other fields  4 go around what is booked: 1 or 0
--       5 how long an unused ledger is kept, ms  6 until when the record is kept
--       7 end of the block  8 number of intervals, then for each: label of the ledger, start, end
--
-- Answers blocked|filled|replay; mismatch; state, the state that forbids it; taken; each but the second with the ids in
-- the way after it.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if f and f.fp ~= ARGV[2] then return {'mismatch'} end
if f and f.state ~= 'blocked' then return {'state', f.state} end

local own, claims, way, met = {}, {}, {}, {}
local function meet(who)
  if not met[who] then
    met[who] = true
    way[#way + 1] = who
  end
end
-- Puts what is free of [s, e) in ledger led between the entries that are in it.
local function gaps(led, label, s, e)
  local at = s
  local function gap(till)
    if till > at then claims[#claims + 1] = {tag = 'x', label = label, s = ms(at), e = ms(till), led = led} end
  end
  local entries = redis.call('ZRANGEBYSCORE', led, ms(s - 86400000), '(' .. ms(e), 'WITHSCORES')
  for i = 1, #entries, 2 do
    local stop, deadline, who = string.match(entries[i], '^(%d+)|(%d+)|(.+)$')
    local from, till = tonumber(entries[i + 1]), tonumber(stop)
    local dead = deadline ~= '0' and tonumber(deadline) <= now
    if dead then
      redis.call('ZREM', led, entries[i])
    elseif till > s and who ~= id then
      meet(who)
      gap(from)
      at = math.max(at, till)
    end
  end
  gap(e)
end

local arg, count = 9, tonumber(ARGV[8])
for i = 1, count do
  gaps(KEYS[3 + i], ARGV[arg], tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2]))
  arg = arg + 3
end
if #way > 0 and ARGV[4] == '0' and not f then return {'taken', unpack(way)} end
local text = claims_text(claims)
if f and text == f.claims then return {'replay', unpack(way)} end
if f then
  for _, c in ipairs(claims_of(f.claims)) do own[c.label .. ' ' .. c.s .. ' ' .. c.e] = c end
  for i = 1, count do
    local label = ARGV[6 + 3 * i]
    for _, c in pairs(own) do
      if c.label == label then redis.call('ZREM', KEYS[3 + i], member(c.e, '0', id)) end
    end
  end
end
for _, c in ipairs(claims) do settle(c.led, c.s, c.e, id, now, ARGV[5]) end
f = f or fields('state=blocked\nv=0\nfp=' .. ARGV[2] .. '\n' .. ARGV[3])
f.claims = text
local first = f.v == '0'
redis.call('ZADD', KEYS[3], ARGV[7], id)
emit(KEYS[2], 'blocked ' .. id .. ' ' .. write(KEYS[1], f, ARGV[6]) .. ' ' .. f.office)
return {first and 'blocked' or 'filled', unpack(way)}
