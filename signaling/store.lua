-- Stores a session document if nobody else has stored one since, with what is to be done on account of it, and tells everybody.
-- KEYS[1]  document                KEYS[2]  set of open sessions
-- KEYS[3]  session by appointment  KEYS[4]  outbox stream
-- KEYS[5]  booths in use           KEYS[6]  effects owed    KEYS[7]  when they are due
-- KEYS[8]  conversation of the request, where there is one
-- ARGV[1]  session id              ARGV[2]  version the change was computed from
-- ARGV[3]  document                ARGV[4]  0 open, 1 closed and to be wiped, 2 closed and wiped
-- ARGV[5]  ms a closed document is kept
-- ARGV[6]  most entries of the outbox
-- ARGV[7]  event                   ARGV[8]  channel
-- ARGV[9]  message for the channel
-- ARGV[10] booth                   ARGV[11] 1 if the session holds it, 2 if it is over and still does, 0 if not
-- ARGV[12] effects, "" for none    ARGV[13] their key: session and version
-- ARGV[14] ms after which somebody else may carry them out, by the clock of Redis: those of the nodes may differ
-- ARGV[15] newest shape of documents this program can read
-- ARGV[16] field of the request    ARGV[17] claim on it
-- ARGV[18] its answer, kept with the document so that repeating the request gets it whatever becomes of this node
-- ARGV[19] 1 to put back what Redis has lost
-- ARGV[20] who caused the event    ARGV[21] on which side they are    ARGV[22] whom it concerns; each "" for nobody
-- ARGV[23] id of the socket it was asked for on, "" for none
-- Returns  {"stored"}; {"newer", document that is there}; {"older"}; {"busy", session that holds the booth}; {"lost"} when the claim is
--          not ours any more.
-- A document that is missing altogether, or older than the one the change was computed from, says that Redis came back without
-- what it had acknowledged, while the visit went on: it is put back first, with everything that follows from it.
local there = redis.call('GET', KEYS[1])
if there then
  local doc = cjson.decode(there)
  if doc['version'] > tonumber(ARGV[2]) or (doc['shape'] or 1) > tonumber(ARGV[15]) then return {'newer', there} end
  if doc['version'] < tonumber(ARGV[2]) and ARGV[19] ~= '1' then return {'older'} end
elseif ARGV[19] ~= '1' then
  return {'older'}
end
local holder = redis.call('HGET', KEYS[5], ARGV[10])
if ARGV[11] == '1' and holder and holder ~= ARGV[1] then return {'busy', holder} end
if KEYS[8] then
  local claim = redis.call('HGET', KEYS[8], ARGV[16])
  if claim and claim ~= ARGV[17] and claim ~= ARGV[18] then return {'lost'} end
  if claim then redis.call('HSET', KEYS[8], ARGV[16], ARGV[18]) end
end
if ARGV[11] ~= '0' then
  if not holder then redis.call('HSET', KEYS[5], ARGV[10], ARGV[1]) end
elseif holder == ARGV[1] then
  redis.call('HDEL', KEYS[5], ARGV[10])
end
if ARGV[4] == '0' then
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SADD', KEYS[2], ARGV[1])
else
  if ARGV[4] == '2' then
    redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
  else
    redis.call('SET', KEYS[1], ARGV[3])
  end
  redis.call('SREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
if ARGV[12] ~= '' then
  redis.call('HSET', KEYS[6], ARGV[13], ARGV[12])
  local now = redis.call('TIME')
  redis.call('ZADD', KEYS[7], string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[14]), ARGV[13])
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', 'event', ARGV[7], 'session', ARGV[1], 'doc', ARGV[3], 'by', ARGV[20], 'side', ARGV[21], 'whom', ARGV[22], 'via', ARGV[23])
redis.call('PUBLISH', ARGV[8], ARGV[9])
return {'stored'}
