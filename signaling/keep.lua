-- Keeps one message of a conversation until it is acknowledged.
-- KEYS[1]  conversation            ARGV[1]  field: "r<id>" the answer to a request, "e<number>" anything else
-- ARGV[2]  what must be there: our claim, "" for nothing
-- ARGV[3]  "<number> <message>"; "" to give the claim back, because nothing has been done
-- ARGV[4]  ms it is kept
-- Returns  1 when it is kept; 0 when somebody else has spoken meanwhile.
-- An answer numbered 0 was stored with the document, before it was said: it gets its number now.
local there = redis.call('HGET', KEYS[1], ARGV[1])
if ARGV[3] == '' then
  if there == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
  return 0
end
if there and there ~= ARGV[2] and string.sub(there, 1, 2) ~= '0 ' then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
