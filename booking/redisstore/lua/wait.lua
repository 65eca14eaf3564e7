-- WAIT puts somebody on the waiting list, or takes them a step further on it.
--
-- KEYS  1 record  2 waiting list  3 outbox  4 sealed personal record
-- ARGV  1 id  2 version the step was judged by; 0 to join  3 fingerprint of the request to join  4 fields to set
--       5 place on the list, '' to leave it  6 until when the record is kept  7 sealed personal record, '' to leave it as
--       it is, '-' to destroy it  8 type of the event  9 detail of the event, with a blank before it
--
-- Answers done|replay; mismatch; changed; gone.
local f = read(KEYS[1])
if ARGV[2] == '0' then
  if f and f.fp ~= ARGV[3] then return {'mismatch'} end
  if f then return {'replay'} end
  f = {v = '0', fp = ARGV[3]}
elseif not f then
  return {'gone'}
elseif f.v ~= ARGV[2] then
  return {'changed'}
end
for name, value in pairs(fields(ARGV[4])) do f[name] = value end
local version = write(KEYS[1], f, ARGV[6])
if ARGV[5] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1]) end
if ARGV[7] == '-' then
  redis.call('DEL', KEYS[4])
elseif ARGV[7] ~= '' then
  redis.call('SET', KEYS[4], ARGV[7], 'PXAT', ARGV[6])
end
emit(KEYS[3], ARGV[8] .. ' ' .. ARGV[1] .. ' ' .. version .. ' ' .. f.office .. ARGV[9])
return {'done'}
