-- Shared by all steps; put before each of them. Times are milliseconds since 1970. As text they come from Go, or are
-- written with %d, because Lua would print 1.8e+12.

local function ms(n) return string.format('%d', n) end

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- Who stands in the way of [s, e) in ledger led, or nil; s is a number, e text. Dead holds met on the way are removed.
-- What goes to redis.call is text, since a number would be written out with all its digits first.
local function clash(led, s, e, now)
  while true do
    local last = redis.call('ZREVRANGEBYSCORE', led, '(' .. e, '-inf', 'LIMIT', '0', '1')[1]
    if not last then return nil end
    local stop, deadline, id = string.match(last, '^(%d+)|(%d+)|(.+)$')
    deadline = tonumber(deadline)
    if deadline > 0 and deadline <= now then
      redis.call('ZREM', led, last)
    elseif tonumber(stop) <= s then
      return nil
    else
      return id
    end
  end
end

-- Whether a desk that another area has lent is here for the whole of [s, e). Windows never overlap, so the last one
-- that has begun by s decides.
local function lent(windows, s, e)
  local last = redis.call('ZREVRANGEBYSCORE', windows, s, '-inf', 'LIMIT', '0', '1')[1]
  return last and tonumber(string.match(last, '^(%d+)|')) >= tonumber(e)
end

-- Picks a free ledger for each claim and writes nothing. Claims are read from ARGV[arg] on (start, end, number of
-- candidates), candidates from KEYS[key] on, stride keys each; a negative number means that the candidates are lent,
-- their windows being the last key of each. Gives what was picked, the claims that found nothing, and how far it
-- has read.
local function pick(count, key, arg, stride, now)
  local picked, taken = {}, {}
  for i = 1, count do
    local s, e, n, step = ARGV[arg], ARGV[arg + 1], tonumber(ARGV[arg + 2]), stride[i] or 1
    local from, guest = tonumber(s), n < 0
    if guest then n, step = -n, step + 1 end
    for k = key, key + (n - 1) * step, step do
      local led = KEYS[k]
      local ok = not clash(led, from, e, now) and (not guest or lent(KEYS[k + step - 1], s, e))
      for j = 1, i - 1 do -- the visit's own claims are not in the ledgers yet
        local p = picked[j]
        if p and p.led == led and tonumber(p.s) < tonumber(e) and tonumber(p.e) > from then ok = false end
      end
      if ok then
        picked[i] = {led = led, key = k, s = s, e = e}
        break
      end
    end
    if not picked[i] then taken[#taken + 1] = tostring(i) end
    key, arg = key + n * step, arg + 3
  end
  return picked, taken, key, arg
end

-- One event into the outbox. Watchers listen on a channel of the outbox's own name for its place there.
local function emit(out, event)
  redis.call('PUBLISH', out, redis.call('XADD', out, '*', 'e', event))
end
