-- DUE lists holds whose deadline has passed, by Redis's own clock. It changes nothing; EXPIRE does, hold by hold.
--
-- KEYS  1 due
-- ARGV  1 how many at most
--
-- Answers their ids.
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ms(clock()), 'LIMIT', 0, ARGV[1])
