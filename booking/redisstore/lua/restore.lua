-- RESTORE gives an appointment back what Redis has lost of it although somebody was told: the record as it was then, with
-- its ledgers, numbers, lists and alarms. Where somebody else has its time by now, or where it has been changed otherwise
-- since, it becomes disputed and staff decide. The same step carries out one of their decisions, that a disputed
-- appointment stands.
--
-- KEYS  1 record  2 outbox  3 sealed personal record  4 alarms  5 due
--       of the image: 6 reception numbers  7 last call number  8 day index of the office
--       9… ledgers of the record's claims, ledgers of the image's claims, day indexes of the image's desks, minutes of
--       its legs' pools; then of the record, if any: day index of the office, reception numbers, day indexes of the desks,
--       minutes of the legs' pools
-- ARGV  1 id  2 version the keys were made from, 0 where there was no record  3 the mark of the step that was lost, or
--       of the decision  4 the image  5 sealed personal record or ''  6 until when the record is kept
--       7 until when the personal record  8 how long an unused ledger is kept, ms  9 alarms (see arm)
--       10 restore or keep
--
-- Answers restored|kept|there, the record; disputed; superseded (the visit has gone on without it); taken, the ledgers in
-- the way; state, the state that forbids it; changed; gone.
local id, now, token, keeping = ARGV[1], clock(), ARGV[3], ARGV[10] == 'keep'
local want, f = stored(ARGV[4]), read(KEYS[1])
if keeping and not f then return {'gone'} end
if f and marked(f, token) then return {'there', text_of(f)} end
if (f and f.v or '0') ~= ARGV[2] then return {'changed'} end
if keeping and f.state ~= 'disputed' then return {'state', f.state} end
local open = f and (f.state == 'booked' or f.state == 'disputed')
local forgotten = not f or f.state == 'held' or f.state == 'released' or f.state == 'expired'
if not open and not forgotten then return {'superseded'} end

local own, claims, legs = f and claims_of(f.claims) or {}, claims_of(want.claims), legs_of(want.legs)
local first = 9
local wanted = first + #own
local days = wanted + #claims
local pools = days + #legs
local old = pools + #legs

if keeping and #own > 0 then
  f.state, f.dispute, f.wanted = 'booked', nil, nil
  mark(f, token)
  emit(KEYS[2], 'kept ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
  return {'kept', text_of(f)}
end

-- Changed since by somebody who was told so: marks the image does not know.
local forked = false
if open and not keeping then
  for _, other in ipairs(words_of(f.acks, ',')) do forked = forked or not marked(want, other) end
end
local way = {}
if not forked then
  drop(own, first, f and f.state == 'held' and f.deadline or '0', id)
  for i, c in ipairs(claims) do
    if clash(KEYS[wanted + i - 1], tonumber(c.s), c.e, now) then way[#way + 1] = c.label end
  end
end
if keeping and #way > 0 then return {'taken', unpack(way)} end
local disputed = forked or #way > 0
local version = ms(math.max(f and tonumber(f.v) or 0, tonumber(want.v)))
local image = string.gsub(ARGV[4], '\n', '\t')

if disputed and open then -- it stays where it is until somebody has decided
  if not forked then
    for i, c in ipairs(own) do redis.call('ZADD', KEYS[first + i - 1], c.s, member(c.e, '0', id)) end
  end
  f.state, f.v, f.dispute, f.wanted = 'disputed', version, forked and 'changed' or 'taken', image
  mark(f, token)
  emit(KEYS[2], 'disputed ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
  return {'disputed'}
end

if open then
  local mine = legs_of(f.legs)
  redis.call('ZREM', KEYS[old], id)
  if f.recv ~= want.recv then redis.call('HDEL', KEYS[old + 1], f.recv) end
  for i = 1, #mine do redis.call('ZREM', KEYS[old + 1 + i], id) end
  if #own > 0 then assign(old + 2 + #mine, words_of(f.desks, ','), mine, -1) end
  silence(KEYS[4], f, id)
end
redis.call('ZREM', KEYS[5], id)
want.unknown, want.alarms, want.v = nil, '', version
if keeping then
  want.acks = f.acks
  mark(want, token)
end
if disputed then
  want.state, want.claims, want.dispute, want.wanted = 'disputed', '', 'taken', image
else
  for i, c in ipairs(claims) do settle(KEYS[wanted + i - 1], c.s, c.e, id, now, ARGV[8]) end
  if #claims > 0 then assign(pools, words_of(want.desks, ','), legs, 1) end
  if want.state == 'booked' then arm(KEYS[4], want, id, ARGV[9], now) end
end
if want.recv then
  redis.call('HSETNX', KEYS[6], want.recv, id)
  redis.call('PEXPIREAT', KEYS[6], ARGV[6])
end
if tonumber(want.num or '0') > tonumber(redis.call('GET', KEYS[7]) or '0') then redis.call('SET', KEYS[7], want.num, 'PXAT', ARGV[6]) end
redis.call('ZADD', KEYS[8], want.start, id)
redis.call('PEXPIREAT', KEYS[8], ARGV[6])
for i, l in ipairs(legs) do
  redis.call('ZADD', KEYS[days + i - 1], l.s, id)
  redis.call('PEXPIREAT', KEYS[days + i - 1], ARGV[6])
end
if want.state == 'cancelled' then
  redis.call('DEL', KEYS[3])
elseif ARGV[5] ~= '' then
  redis.call('SET', KEYS[3], ARGV[5], 'PXAT', ARGV[7])
end
local event = disputed and 'disputed' or keeping and 'kept' or want.state == 'cancelled' and 'cancelled' or 'restored'
emit(KEYS[2], event .. ' ' .. id .. ' ' .. write(KEYS[1], want, ARGV[6]) .. ' ' .. want.office)
return {disputed and 'disputed' or keeping and 'kept' or 'restored', text_of(want)}
