-- NOTE looks what has become of a step whose outcome is unknown, and shows that it is. A step that was not carried out is
-- kept from being carried out late: it was made for a version that is over after this.
--
-- KEYS  1 record  2 outbox  3 sealed personal record  4 appointments with such steps, by time
-- ARGV  1 id  2 the mark of the step  3 what it was, or '' where it is sure to last by now
--
-- Answers there, the record, the sealed personal record or ''; not-done; settled; gone.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f then
  redis.call('ZREM', KEYS[4], id)
  return {'gone'}
end
local function show(unknown, event)
  f.unknown = unknown
  redis.call('SET', KEYS[1], text_of(f), 'KEEPTTL') -- the appointment itself has not changed
  emit(KEYS[2], event .. ' ' .. id .. ' 0 ' .. f.office)
end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[4], id)
  if f.unknown then show(nil, 'settled') end
  return {'settled'}
end
if not marked(f, ARGV[2]) then
  redis.call('ZREM', KEYS[4], id)
  f.unknown = nil
  emit(KEYS[2], 'not-done ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office .. ' step=' .. ARGV[3])
  return {'not-done'}
end
local text = text_of(f)
if not f.unknown then
  redis.call('ZADD', KEYS[4], ms(now), id)
  show(ARGV[3] .. ' ' .. ARGV[2] .. ' ' .. ms(now), 'unknown')
end
return {'there', text, redis.call('GET', KEYS[3]) or ''}
