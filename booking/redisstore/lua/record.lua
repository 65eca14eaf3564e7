-- Records are lines "name=value". A step keeps the fields it does not know, so that an older program does not lose what
-- a newer one has written.

local function fields(text)
  local f = {}
  for name, value in string.gmatch(text, '([^=\n]+)=([^\n]*)') do f[name] = value end
  return f
end

-- Reads a stored text. One in a shape that this program does not know ends the step before anything is written.
local function stored(text)
  local f = fields(text)
  local shape = tonumber(f.shape or '1')
  if shape > #FORMS then error('SHAPE ' .. shape .. ' ' .. #FORMS) end
  f.shape = nil
  if FORMS[shape].read then FORMS[shape].read(f) end
  return f
end

local function read(key)
  local text = redis.call('GET', key)
  return text and stored(text)
end

-- Writes fields as they are stored, in the shape that is in force.
local function text_of(f)
  local lines, own = {}, f
  if FORMS[SHAPE].write then
    own = {}
    for name, value in pairs(f) do own[name] = value end
    FORMS[SHAPE].write(own)
  end
  for name, value in pairs(own) do lines[#lines + 1] = name .. '=' .. value end
  if SHAPE > 1 then lines[#lines + 1] = 'shape=' .. SHAPE end
  table.sort(lines)
  return table.concat(lines, '\n')
end

-- Writes a record as its next version, until a time or for as long as it had.
local function write(key, f, till)
  f.v = ms(tonumber(f.v) + 1)
  if till then
    redis.call('SET', key, text_of(f), 'PXAT', till)
  else
    redis.call('SET', key, text_of(f), 'KEEPTTL')
  end
  return f.v
end

-- A step somebody is told of marks its record with a word of its own, so that a record which has lost it can be told.
local function mark(f, token) f.acks = (f.acks or '') == '' and token or f.acks .. ',' .. token end

local function marked(f, token) return string.find(',' .. (f.acks or '') .. ',', ',' .. token .. ',', 1, true) ~= nil end

-- The member of a ledger for an interval that ends at e; all three are text.
local function member(e, deadline, id) return e .. '|' .. deadline .. '|' .. id end

-- A record's claims: "tag label start end" for each ledger entry it owns, in the order of the KEYS of a step. The tag is
-- b for the booth, r for the resident and the leg's number, from 0, for a desk.
local function claims_of(text)
  local list = {}
  for tag, label, s, e in string.gmatch(text or '', '([^%s,]+) (%S+) (%d+) (%d+)') do
    list[#list + 1] = {tag = tag, label = label, s = s, e = e}
  end
  return list
end

local function claims_text(list)
  local lines = {}
  for i, c in ipairs(list) do lines[i] = c.tag .. ' ' .. c.label .. ' ' .. c.s .. ' ' .. c.e end
  return table.concat(lines, ',')
end

-- A record's legs: "what start end started done planned freed" for each; 0 where it has not happened.
local function legs_of(text)
  local list = {}
  for what, s, e, started, done, planned, freed in string.gmatch(text or '', '([^%s,]+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)') do
    list[#list + 1] = {what = what, s = s, e = e, started = started, done = done, planned = planned, freed = freed}
  end
  return list
end

local function legs_text(list)
  local lines = {}
  for i, l in ipairs(list) do
    lines[i] = table.concat({l.what, l.s, l.e, l.started, l.done, l.planned, l.freed}, ' ')
  end
  return table.concat(lines, ',')
end

local function words_of(text, separator)
  local list = {}
  for word in string.gmatch(text or '', '[^' .. separator .. ']+') do list[#list + 1] = word end
  return list
end

-- An appointment has one alarm, which rings for one word after another: seconds from the start, then what it is for, so
-- that many appointments take little room. "-7200:r120" reminds two hours before, "900:a" tells of absence a quarter of an
-- hour after, "1260:o0" of the first leg's overrun.
local function alarm_of(id, office, start, words) return id .. ' ' .. office .. ' ' .. start .. ' ' .. words end

local function ring(start, words) return start + 1000 * string.match(words, '^(-?%d+):') end

-- Gives back every ledger entry of the claims; their ledgers begin at KEYS[first].
local function drop(list, first, deadline, id)
  for i, c in ipairs(list) do redis.call('ZREM', KEYS[first + i - 1], member(c.e, deadline, id)) end
end

-- Puts a confirmed entry into a ledger, clears what is over since three days away, and lets an unused ledger expire.
local function settle(led, s, e, id, now, keep)
  redis.call('ZADD', led, s, member(e, '0', id))
  redis.call('ZREMRANGEBYSCORE', led, '-inf', '(' .. ms(now - 3 * 86400000))
  redis.call('PEXPIRE', led, keep)
end

-- Ends one confirmed claim at stop: cut short if it has begun, given back if not. Returns the claim left, or nil.
local function cut(c, led, stop, id)
  if tonumber(c.e) <= stop then return c end
  redis.call('ZREM', led, member(c.e, '0', id))
  if tonumber(c.s) >= stop then return nil end
  redis.call('ZADD', led, c.s, member(ms(stop), '0', id))
  return {tag = c.tag, label = c.label, s = c.s, e = ms(stop)}
end

-- Takes back the alarm an appointment has set: whichever of its words it has come to.
local function silence(alarms, f, id)
  local rest = f.alarms or ''
  while rest ~= '' do
    redis.call('ZREM', alarms, alarm_of(id, f.office, f.start, rest))
    rest = string.match(rest, '^[^,]*,(.*)$') or ''
  end
  f.alarms = ''
end

-- Sets the alarm of an appointment: words in the order of their time, without those past by now.
local function arm(alarms, f, id, words, now)
  while words ~= '' and ring(f.start, words) <= now do words = string.match(words, '^[^,]*,(.*)$') or '' end
  f.alarms = words
  if words ~= '' then redis.call('ZADD', alarms, ms(ring(f.start, words)), alarm_of(id, f.office, f.start, words)) end
end

-- Adds to the minutes a desk has been given in a pool's month. They are looked at when that month is booked, at most 92 days ahead,
-- so that nobody misses them 200 days after the last booking.
local function count_minutes(month, minutes, desk)
  redis.call('ZINCRBY', month, minutes, desk)
  redis.call('PEXPIRE', month, '17280000000')
end

-- Counts the minutes assigned to the desks of a visit's legs, KEYS[first] on being those of their pools.
local function assign(first, desks, legs, sign)
  for i, l in ipairs(legs) do
    if l.freed == '0' and desks[i] then
      count_minutes(KEYS[first + i - 1], sign * (tonumber(l.e) - tonumber(l.s)) / 60000, desks[i])
    end
  end
end
