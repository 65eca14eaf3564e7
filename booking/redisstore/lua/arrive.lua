-- ARRIVE takes an appointment in that comes from another area, with everything it owns, or refuses it whole. Where one of
-- its desks is at home here and lent to the area it comes from, the time is cut out of the block that stands for the lend.
--
-- KEYS  1 record  2 outbox  3 sealed personal record  4 alarms  5 office's day  6 last call number  7 reception numbers
--       then for each claim its ledger and the record of the block it may be cut out of (the appointment's own where
--       there is none), then each leg's desk day, then each leg's pool's minutes
-- ARGV  1 id  2 the record's fields  3 until when it is kept, ms  4 sealed personal record or ''  5 until when that is
--       6 how long an unused ledger is kept, ms, then for each claim the id of that block or ''
--
-- Answers arrived|replay; taken, claims in the way ("1,3").
local id, now = ARGV[1], clock()
local known = read(KEYS[1])
if known and known.state ~= 'moved-away' then return {'replay'} end -- it may have been here before and come back
local f = fields(ARGV[2])
local claims, legs, desks = claims_of(f.claims), legs_of(f.legs), words_of(f.desks, ',')

-- The block's entries that [s, e) has to be cut out of; nil where something else is in the way.
local function room(led, s, e, block)
  local cuts = {}
  local entries = redis.call('ZRANGEBYSCORE', led, ms(s - 86400000), '(' .. ms(e), 'WITHSCORES')
  for i = 1, #entries, 2 do
    local stop, deadline, who = string.match(entries[i], '^(%d+)|(%d+)|(.+)$')
    local dead = deadline ~= '0' and tonumber(deadline) <= now
    if tonumber(stop) > s and not dead then
      if who ~= block then return nil end
      cuts[#cuts + 1] = {member = entries[i], s = tonumber(entries[i + 1]), e = tonumber(stop)}
    end
  end
  return cuts
end

local kept, taken = {}, {}
for i, c in ipairs(claims) do
  c.led, c.block = KEYS[6 + 2 * i], KEYS[7 + 2 * i]
  c.cuts = room(c.led, tonumber(c.s), tonumber(c.e), ARGV[6 + i])
  if c.cuts then
    c.blockID, kept[#kept + 1] = ARGV[6 + i], c
  elseif c.tag ~= 'r' then -- somebody who has two visits at once in two areas keeps both
    taken[#taken + 1] = tostring(i)
  end
end
if #taken > 0 then return {'taken', table.concat(taken, ',')} end

for _, c in ipairs(kept) do
  if #c.cuts > 0 then
    local b, left = read(c.block), {}
    for _, own in ipairs(claims_of(b.claims)) do
      if own.label ~= c.label or tonumber(own.e) <= tonumber(c.s) or tonumber(own.s) >= tonumber(c.e) then left[#left + 1] = own end
    end
    local function piece(s, e)
      if s < e then
        left[#left + 1] = {tag = 'x', label = c.label, s = ms(s), e = ms(e)}
        redis.call('ZADD', c.led, ms(s), member(ms(e), '0', c.blockID))
      end
    end
    for _, entry in ipairs(c.cuts) do
      redis.call('ZREM', c.led, entry.member)
      piece(entry.s, math.min(entry.e, tonumber(c.s)))
      piece(math.max(entry.s, tonumber(c.e)), entry.e)
    end
    b.claims = claims_text(left)
    emit(KEYS[2], 'blocked ' .. c.blockID .. ' ' .. write(c.block, b) .. ' ' .. b.office)
  end
  settle(c.led, c.s, c.e, id, now, ARGV[6])
end
f.claims = claims_text(kept)
local days = 7 + 2 * #claims
if f.recv then
  redis.call('HSET', KEYS[7], f.recv, id)
  redis.call('PEXPIREAT', KEYS[7], ARGV[3])
end
if tonumber(f.num or 0) > tonumber(redis.call('GET', KEYS[6]) or 0) then redis.call('SET', KEYS[6], f.num, 'PXAT', ARGV[3]) end
redis.call('ZADD', KEYS[5], f.start, id)
redis.call('PEXPIREAT', KEYS[5], ARGV[3])
for i, l in ipairs(legs) do
  redis.call('ZADD', KEYS[days + i], l.s, id)
  redis.call('PEXPIREAT', KEYS[days + i], ARGV[3])
end
assign(days + #legs + 1, desks, legs, 1)
if ARGV[4] ~= '' then redis.call('SET', KEYS[3], ARGV[4], 'PXAT', ARGV[5]) end
arm(KEYS[4], f, id, f.alarms or '', now)
emit(KEYS[2], 'rehomed ' .. id .. ' ' .. write(KEYS[1], f, ARGV[3]) .. ' ' .. f.office)
return {'arrived'}
