-- RELOCATE gives appointments other times, booths or desks: one for MOVE, a desk's later visits for DELAY. For each, its
-- own entries are taken out, what is wanted is checked, and where it cannot be had everything is put back as it was; one
-- visit is moved whole or not at all. Visits are taken in the order given, each finding the ones before it moved.
--
-- KEYS  1 outbox  2 alarms  3 answer remembered under the request's key  4 rules
--       then for each visit: record, sealed personal record, ledgers of its claims, old day index of the office, old day
--       index of each leg's desk, minutes of each old leg's pool, new day index of the office, minutes of each new leg's
--       pool, last call number, old and new reception numbers, then the candidates claim after claim: a ledger for booth
--       and resident, a ledger and its desk's day index for legs, and after a lent desk's ledger its windows
-- ARGV  1 fingerprint of the request or '' where no answer is remembered  2 how long it is, ms  3 rule version or ''
--       4 type of the event  5 how long an unused ledger is kept, ms  6 whether a visit that cannot be had is a conflict
--       to be told: 1 or 0  7 number of visits  8 the mark of this step
--       then for each: id, version, new fields, until when the record is kept, until when the personal record,
--       numbers: 1 for new call and reception numbers, number of reception numbers and those to try, alarms (see arm), the
--       resident is claimed: 1 or 0, number of claims and for each: start, end, number of candidates
--
-- Answers moved|replay, "id:claims in the way" for each visit ("a_x: a_y:1,3") and, unless it is a repetition, the records
-- of those moved; mismatch; stale, version in force; changed; gone; state, the state that
-- forbids it.
if ARGV[1] ~= '' then
  local known = redis.call('GET', KEYS[3])
  if known then
    local print, answer = string.match(known, '^(%S+) (.*)$')
    if print ~= ARGV[1] then return {'mismatch'} end
    return {'replay', answer}
  end
end
local rules = ARGV[3] ~= '' and redis.call('GET', KEYS[4])
if rules and rules ~= ARGV[3] then return {'stale', rules} end

local now, visits = clock(), tonumber(ARGV[7])

-- Reads where everything of one visit is; writes nothing.
local function visit(key, arg)
  local f = read(KEYS[key])
  if not f then return nil, {'gone'} end
  if f.state ~= 'booked' and f.state ~= 'arrived' and f.state ~= 'disputed' then return nil, {'state', f.state} end
  if f.v ~= ARGV[arg + 1] then return nil, {'changed'} end
  local v = {
    id = ARGV[arg], record = KEYS[key], who = KEYS[key + 1], f = f, claims = claims_of(f.claims), legs = legs_of(f.legs),
    desks = words_of(f.desks, ','), booth = f.booth, new = fields(ARGV[arg + 2]), till = ARGV[arg + 3], whoTill = ARGV[arg + 4], own = key + 2,
  }
  v.newLegs = legs_of(v.new.legs)
  local old, new = #v.legs, #v.newLegs
  v.office = v.own + #v.claims
  v.days, v.pools = v.office + 1, v.office + 1 + old
  v.newOffice = v.pools + old
  v.newPools = v.newOffice + 1
  v.numbers = v.newPools + new
  v.candidates = v.numbers + 3
  v.renumber, v.tries = ARGV[arg + 5] == '1', arg + 6
  v.alarms = v.tries + ARGV[v.tries] + 1
  v.resident = v.alarms + 1
  v.count = tonumber(ARGV[v.resident + 1])
  v.first = v.resident + 2
  v.stride = {}
  for i = 2, v.count - ARGV[v.resident] do v.stride[i] = 2 end
  local key, arg = v.candidates, v.first
  for i = 1, v.count do
    local n, step = tonumber(ARGV[arg + 2]), v.stride[i] or 1
    if n < 0 then n, step = -n, step + 1 end
    key, arg = key + n * step, arg + 3
  end
  v.nextKey, v.nextArg = key, arg
  return v
end

-- Finds a reception number on the new day: the old one where it is free there.
local function reception(v)
  for i = v.tries, v.tries + ARGV[v.tries] do
    local number = i == v.tries and v.f.recv or ARGV[i]
    if redis.call('HSETNX', KEYS[v.numbers + 2], number, v.id) == 1 then return number end
  end
end

local function relocate(v)
  local f, id = v.f, v.id
  drop(v.claims, v.own, '0', id)
  local picked, taken = pick(v.count, v.candidates, v.first, v.stride, now)
  if #taken > 0 then
    for i, c in ipairs(v.claims) do redis.call('ZADD', KEYS[v.own + i - 1], c.s, member(c.e, '0', id)) end
    return table.concat(taken, ',')
  end
  if v.renumber then
    local number = reception(v)
    if not number then
      for i, c in ipairs(v.claims) do redis.call('ZADD', KEYS[v.own + i - 1], c.s, member(c.e, '0', id)) end
      return 'again'
    end
    redis.call('HDEL', KEYS[v.numbers + 1], f.recv)
    redis.call('PEXPIREAT', KEYS[v.numbers + 2], v.till)
    f.recv, f.num = number, ms(redis.call('INCR', KEYS[v.numbers]))
    redis.call('PEXPIREAT', KEYS[v.numbers], v.till)
  end
  redis.call('ZREM', KEYS[v.office], id)
  for i = 1, #v.legs do redis.call('ZREM', KEYS[v.days + i - 1], id) end
  if #v.claims > 0 then assign(v.pools, v.desks, v.legs, -1) end -- disputed, it may have none

  local skip, claims, desks, leg = #KEYS[4], {}, {}, 0
  for i, c in ipairs(picked) do
    settle(c.led, c.s, c.e, id, now, ARGV[5])
    local label, tag = string.sub(c.led, skip), 'r'
    if i == 1 then
      tag, f.booth = 'b', string.sub(label, 7)
    elseif i < v.count or ARGV[v.resident] == '0' then
      while v.newLegs[leg + 1].done ~= '0' do -- a leg that is over claims nothing
        leg, desks[leg + 1] = leg + 1, v.desks[leg + 1]
      end
      tag, desks[leg + 1] = tostring(leg), string.sub(label, 6)
      redis.call('ZADD', KEYS[c.key + 1], v.newLegs[leg + 1].s, id)
      redis.call('PEXPIREAT', KEYS[c.key + 1], v.till)
      leg = leg + 1
    end
    claims[i] = {tag = tag, label = label, s = c.s, e = c.e}
  end
  redis.call('ZADD', KEYS[v.newOffice], v.new.start, id)
  redis.call('PEXPIREAT', KEYS[v.newOffice], v.till)
  for i = #desks + 1, #v.newLegs do desks[i] = v.desks[i] end
  assign(v.newPools, desks, v.newLegs, 1)

  local was = f.start
  f.booth0, f.desks0 = f.booth0 or v.booth, f.desks0 or table.concat(v.desks, ',')
  silence(KEYS[2], f, id) -- while it is called by its present start
  for name, value in pairs(v.new) do f[name] = value end
  f.claims, f.desks, f.seq = claims_text(claims), table.concat(desks, ','), ms((f.seq or 0) + 1)
  arm(KEYS[2], f, id, ARGV[v.alarms], now)
  redis.call('PEXPIREAT', v.who, v.whoTill)
  if f.state == 'disputed' then f.state, f.dispute, f.wanted = 'booked', nil, nil end
  mark(f, ARGV[8])
  emit(KEYS[1], ARGV[4] .. ' ' .. id .. ' ' .. write(v.record, f, v.till) .. ' ' .. f.office .. ' start=' .. was)
  return ''
end

local list, key, arg = {}, 5, 9
for n = 1, visits do
  local v, refused = visit(key, arg)
  if refused then return refused end
  list[n], key, arg = v, v.nextKey, v.nextArg
end
local told, final = {}, true
for n, v in ipairs(list) do
  local way = relocate(v)
  told[n] = v.id .. ':' .. way
  if way ~= '' and ARGV[6] == '1' then emit(KEYS[1], 'conflict ' .. v.id .. ' 0 ' .. v.f.office) end
  final = final and (way == '' or ARGV[6] == '1')
end
local answer = table.concat(told, ' ')
-- A move that found no room has done nothing, and may find room the next time it is asked for.
if ARGV[1] ~= '' and final then redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. answer, 'PX', ARGV[2]) end
local reply = {'moved', answer}
for n, v in ipairs(list) do
  if told[n] == v.id .. ':' then reply[#reply + 1] = text_of(v.f) end
end
return reply
