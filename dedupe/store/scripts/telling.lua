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

-- A story's history is a line of JSON an entry, and its times do not go back.
local function remember(histories, story, entry)
  local known = redis.call('HGET', histories, story)
  if known then
    local last = tonumber(string.match(known, '"at":(%d+)[^\n]*$'))
    entry = known .. '\n' .. string.gsub(entry, '"at":(%d+)', function(at)
      return string.format('"at":%.0f', math.max(last, tonumber(at)))
    end, 1)
  end
  redis.call('HSET', histories, story, entry)
end

local function count_lines(text)
  local _, breaks = string.gsub(text, '\n', '')
  return breaks + 1
end
