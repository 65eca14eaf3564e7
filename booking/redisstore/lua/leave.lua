-- LEAVE takes an appointment out that another area has taken in. What stays of its record for a while says so to whoever
-- compares what people were told with what is here. The time of its desks stays blocked here: a desk of this
-- area is lent for it from now on, and one that was lent to this area is booked there.
--
-- KEYS  1 record  2 outbox  3 sealed personal record  4 alarms  5 index of blocks  6 reception numbers  7 office's day
--       then for each claim its ledger and the record of the block that takes its place, then each leg's desk day, then
--       each leg's pool's minutes
-- ARGV  1 id  2 area it has gone to  3 how long an unused ledger is kept, ms  4 until when the blocks' records are kept, ms
--       5 how long it is remembered that it was here, ms, then for each claim the id of its block and that record's fields, both '' where there is none
--
-- Answers left|replay; state, the state that forbids it.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f or f.state == 'moved-away' then return {'replay'} end
if f.state ~= 'moving' or f.to ~= ARGV[2] then return {'state', f.state} end
local claims, legs = claims_of(f.claims), legs_of(f.legs)
for i, c in ipairs(claims) do
  local led, block, text = KEYS[6 + 2 * i], ARGV[4 + 2 * i], ARGV[5 + 2 * i]
  redis.call('ZREM', led, member(c.e, '0', id))
  if block ~= '' and tonumber(c.e) > now then
    settle(led, c.s, c.e, block, now, ARGV[3])
    local b = fields('state=blocked\nv=0\n' .. text)
    b.claims = claims_text({{tag = 'x', label = c.label, s = c.s, e = c.e}})
    redis.call('ZADD', KEYS[5], c.e, block)
    emit(KEYS[2], 'blocked ' .. block .. ' ' .. write(KEYS[7 + 2 * i], b, ARGV[4]) .. ' ' .. b.office)
  end
end
local days = 7 + 2 * #claims
silence(KEYS[4], f, id)
redis.call('ZREM', KEYS[7], id)
for i = 1, #legs do redis.call('ZREM', KEYS[days + i], id) end
assign(days + #legs + 1, words_of(f.desks, ','), legs, -1)
if f.recv then redis.call('HDEL', KEYS[6], f.recv) end
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[1], 'state=moved-away\nv=' .. f.v .. '\nto=' .. f.to .. '\nacks=' .. (f.acks or ''), 'PX', ARGV[5])
emit(KEYS[2], 'left ' .. id .. ' 0 ' .. f.office)
return {'left'}
