-- FREEZE holds an appointment still while it goes to another area: every other step is refused until it has left, or has
-- been let go again. It keeps what it owns.
--
-- KEYS  1 record  2 outbox
-- ARGV  1 id  2 area it goes to, or '' to let it go
--
-- Answers done|replay; state, the state that forbids it; gone.
local f = read(KEYS[1])
if not f or f.state == 'moved-away' then return {'gone'} end
if ARGV[2] == '' then
  if f.state ~= 'moving' then return {'replay'} end
  f.state, f.was, f.to = f.was, nil, nil
  emit(KEYS[2], 'stayed ' .. ARGV[1] .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
  return {'done'}
end
if f.state == 'moving' then
  if f.to == ARGV[2] then return {'replay'} end
  return {'state', f.state}
end
if f.unknown then return {'state', 'unknown'} end
if not f.recv or f.state == 'cancelled' or f.state == 'disputed' then return {'state', f.state} end
f.was, f.state, f.to = f.state, 'moving', ARGV[2]
emit(KEYS[2], 'leaving ' .. ARGV[1] .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
return {'done'}
