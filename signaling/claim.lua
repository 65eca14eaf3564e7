-- Takes a request of a conversation upon a node, once.
-- KEYS[1]  conversation            ARGV[1]  field of the request
-- ARGV[2]  our claim: "?<node> <socket> <ms>"
-- ARGV[3]  now, ms                 ARGV[4]  ms after which a claim nobody has made good is given up
-- ARGV[5]  ms it is kept           ARGV[6]  most fields
-- When it is full the oldest half of what was said is forgotten: a page asks again as soon as it is back.
-- Returns  "" when it is ours to carry out, "?" while somebody carries it out, "!" when whoever did so was lost, "full"
--          when too much is being carried out at once, otherwise the answer that was given: "<number> <message>".
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there == ARGV[2] then return '' end
if there then
  if string.sub(there, 1, 1) ~= '?' then return there end
  local since = tonumber(string.match(there, '(%d+)$'))
  if tonumber(ARGV[3]) - since < tonumber(ARGV[4]) then return '?' end
  redis.call('HSET', KEYS[1], ARGV[1], '!')
  return '!'
end
local most = tonumber(ARGV[6])
if redis.call('HLEN', KEYS[1]) >= most then
  local all, said = redis.call('HGETALL', KEYS[1]), {}
  for i = 1, #all, 2 do
    local number = tonumber(string.match(all[i + 1], '^(%d+) '))
    if number then said[#said + 1] = { number, all[i] } end
  end
  if #said == 0 then return 'full' end
  table.sort(said, function(a, b) return a[1] < b[1] end)
  for i = 1, math.min(#said, most / 2) do redis.call('HDEL', KEYS[1], said[i][2]) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return ''
