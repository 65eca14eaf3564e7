-- Shared by all steps; put before each of them. Times are milliseconds since 1970, written with %d because Lua would
-- print 1.8e+12.

local function ms(n) return string.format('%d', n) end

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- The member of a ledger for an interval that ends at e.
local function member(e, deadline, id) return ms(e) .. '|' .. ms(deadline) .. '|' .. id end

-- Who stands in the way of [s, e) in ledger led, or nil. Dead holds met on the way are removed.
local function clash(led, s, e, now)
  while true do
    local last = redis.call('ZREVRANGEBYSCORE', led, '(' .. ms(e), '-inf', 'LIMIT', 0, 1)[1]
    if not last then return nil end
    local stop, deadline, id = string.match(last, '^(%d+)|(%d+)|(.+)$')
    stop, deadline = tonumber(stop), tonumber(deadline)
    if deadline > 0 and deadline <= now then
      redis.call('ZREM', led, last)
    elseif stop <= s then
      return nil
    else
      return id
    end
  end
end

-- Puts a confirmed entry into a ledger, clears what is over since three days away, and lets an unused ledger expire.
local function settle(led, s, e, id, now, keep)
  redis.call('ZADD', led, ms(s), member(e, 0, id))
  redis.call('ZREMRANGEBYSCORE', led, '-inf', '(' .. ms(now - 3 * 86400000))
  redis.call('PEXPIRE', led, keep)
end

-- A record's claims: "label start end" lines, one for each ledger entry it owns, in the order of the KEYS of a step.
local function claims_of(text)
  local list = {}
  for label, s, e in string.gmatch(text, '(%S+) (%d+) (%d+)') do
    list[#list + 1] = {label = label, s = tonumber(s), e = tonumber(e)}
  end
  return list
end

local function claims_text(list)
  local lines = {}
  for i, c in ipairs(list) do lines[i] = c.label .. ' ' .. ms(c.s) .. ' ' .. ms(c.e) end
  return table.concat(lines, '\n')
end

-- Gives back every ledger entry of the claims; their ledgers begin at KEYS[first].
local function drop(list, first, deadline, id)
  for i, c in ipairs(list) do redis.call('ZREM', KEYS[first + i - 1], member(c.e, deadline, id)) end
end

-- Ends one confirmed claim at stop: cut short if it has begun, given back if not. Returns the claim left, or nil.
local function cut(c, led, stop, id)
  if c.e <= stop then return c end
  redis.call('ZREM', led, member(c.e, 0, id))
  if c.s >= stop then return nil end
  redis.call('ZADD', led, ms(c.s), member(stop, 0, id))
  return {label = c.label, s = c.s, e = stop}
end

-- One transition that left the record at version: tells the outbox and whoever watches.
local function emit(out, rev, channel, max, id, version, kind, office)
  local r = redis.call('INCR', rev)
  redis.call('XADD', out, 'MAXLEN', '~', max, '*', 'id', id, 'v', version, 'type', kind, 'rev', r, 'office', office)
  redis.call('PUBLISH', channel, r)
end
