-- WARN tells once that an office shuts soon.
--
-- KEYS  1 that it has been told  2 outbox
-- ARGV  1 event  2 how long to remember that it was told, ms
--
-- Answers told|replay.
if not redis.call('SET', KEYS[1], '1', 'PX', ARGV[2], 'NX') then return {'replay'} end
emit(KEYS[2], ARGV[1])
return {'told'}
