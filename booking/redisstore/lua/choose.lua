-- CHOOSE puts appointments on the list of those whose resident has to be offered another time, and tells each once. An
-- entry holds for the version it was made for: whatever changes the appointment takes it off.
--
-- KEYS  1 outbox  2 the list
-- ARGV  1 how long the list is kept, ms  2… for each: id, version, office
--
-- Answers listed.
for i = 2, #ARGV, 3 do
  local id, version, office = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if redis.call('HGET', KEYS[2], id) ~= version then
    redis.call('HSET', KEYS[2], id, version)
    emit(KEYS[1], 'choice ' .. id .. ' 0 ' .. office)
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return {'listed'}
