-- Goes before the scripts that change stories: how a change is told, and how it is remembered.
-- The id of an event is the time (ms) and a number; where the clock went back, the time of the last event.
local function teller(events)
  local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  local at = newest and math.max(now, tonumber(string.match(newest[1], '^%d+'))) or now
  local id = string.format('%.0f-*', at)
  return function(event)
    redis.call('XADD', events, id, 'event', event)
  end
end

-- A story's history is a line of JSON an entry.
local function remember(histories, story, entry)
  local known = redis.call('HGET', histories, story)
  redis.call('HSET', histories, story, known and known .. '\n' .. entry or entry)
end

local function count_lines(text)
  local _, breaks = string.gsub(text, '\n', '')
  return breaks + 1
end
