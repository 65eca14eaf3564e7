-- Puts notes into the area's audit outbox, each once, all or none.
-- KEYS[1]  outbox stream           KEYS[2]  ids of the notes of their day
-- ARGV[1]  ms the ids are kept     ARGV[2]  most entries of the outbox
-- ARGV[3]  id of the first note    ARGV[4]  its text, and so on
-- Returns  how many were new, -1 where the outbox is full: nobody writes the trail.
local new = 0
for i = 3, #ARGV, 2 do
  if redis.call('SISMEMBER', KEYS[2], ARGV[i]) == 0 then new = new + 1 end
end
if new > 0 and redis.call('XLEN', KEYS[1]) + new > tonumber(ARGV[2]) then return -1 end
for i = 3, #ARGV, 2 do
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[1], '*', 'note', ARGV[i], 'e', ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return new
