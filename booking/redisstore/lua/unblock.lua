-- UNBLOCK lifts a block from now on.
--
-- KEYS  1 record  2 outbox  3 index of blocks  4… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from  3 type of the event
--
-- Answers lifted|replay; state, the state that forbids it; changed; gone.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state == 'lifted' then return {'replay'} end
if f.state ~= 'blocked' then return {'state', f.state} end
if f.v ~= ARGV[2] then return {'changed'} end
local left = {}
for i, c in ipairs(claims_of(f.claims)) do left[#left + 1] = cut(c, KEYS[3 + i], now, id) end
redis.call('ZREM', KEYS[3], id)
f.state, f.claims, f.lifted = 'lifted', claims_text(left), ms(now)
emit(KEYS[2], ARGV[3] .. ' ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
return {'lifted'}
