-- Puts a note into the area's audit outbox, once.
-- KEYS[1]  outbox stream           KEYS[2]  ids of the day's notes
-- ARGV[1]  id of the note          ARGV[2]  its text
-- ARGV[3]  ms the ids are kept     ARGV[4]  most entries of the outbox
-- Returns  1 where it was new, 0 where it was there already, -1 where the outbox is full: nobody writes the trail.
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return 0 end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[4]) then return -1 end
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('XADD', KEYS[1], '*', 'note', ARGV[1], 'e', ARGV[2])
return 1
