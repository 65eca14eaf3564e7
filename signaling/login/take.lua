-- Takes what keep.lua has kept: once, and not after its time.
-- KEYS[1] hash: id -> record   KEYS[2] sorted set of ids by when they end
-- ARGV[1] now (ms)   ARGV[2] id
-- Returns the record, or nil.
local ends = redis.call('ZSCORE', KEYS[2], ARGV[2])
local record = redis.call('HGET', KEYS[1], ARGV[2])
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
if not ends or tonumber(ends) <= tonumber(ARGV[1]) then return nil end
return record
