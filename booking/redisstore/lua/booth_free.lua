-- BOOTH FREE says that the booth has been cleaned: it is free from now on.
--
-- KEYS  1 record  2 outbox  3… ledgers of the record's claims
-- ARGV  1 id  2 version the keys were made from
--
-- Answers freed|replay; state, the state that forbids it; changed; gone.
local id, now = ARGV[1], clock()
local f = read(KEYS[1])
if not f then return {'gone'} end
if f.state ~= 'done' and f.state ~= 'unserved' then return {'state', f.state} end
if f.cleaned then return {'replay'} end
if f.v ~= ARGV[2] then return {'changed'} end
local left = {}
for i, c in ipairs(claims_of(f.claims)) do left[#left + 1] = cut(c, KEYS[2 + i], now, id) end
f.claims, f.cleaned = claims_text(left), ms(now)
emit(KEYS[2], 'booth-free ' .. id .. ' ' .. write(KEYS[1], f) .. ' ' .. f.office)
return {'freed'}
