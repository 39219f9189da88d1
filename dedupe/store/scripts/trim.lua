-- Drop from the log's start up to a number of entries that are older than the window, and their articles from the
-- current partition; give the keys of the log another while to live.
-- KEYS  1 entries  2 numbers  3 head  4 generation  5 generations  6 assignments  7 stories  8 members  9 updated
-- ARGV  1 window (ms)  2 most entries  3 the generation whose partition the keys are  4 lifetime of the keys (ms)
--       5... ids that may have left the log before, to be dropped from the partition where they have
-- Answer: how many entries were dropped, or -1 when another generation is current
if (redis.call('HGET', KEYS[4], 'number') or '0') ~= ARGV[3] then
  return -1
end

local horizon, limit = now - tonumber(ARGV[1]), tonumber(ARGV[2])

local function time_of(entry)
  return tonumber(string.match(entry[1], '%-(%d+)$'))
end

local leaving = {}  -- the articles that leave, by story
local function leave(id)
  local assignment = redis.call('HGET', KEYS[6], id)
  if assignment then
    local story = cjson.decode(assignment)[1]
    leaving[story] = leaving[story] or {}
    leaving[story][id] = true
    redis.call('HDEL', KEYS[6], id)
  end
end

local function close(story)
  redis.call('HDEL', KEYS[7], story)
  redis.call('HDEL', KEYS[8], story)
  redis.call('ZREM', KEYS[9], story)
end

local dropped, last = 0, nil
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if first and time_of(first) < horizon then
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', limit)) do
    if time_of(entry) >= horizon then
      break
    end
    redis.call('HDEL', KEYS[2], entry[2][1])
    leave(entry[2][1])
    dropped, last = dropped + 1, string.match(entry[1], '^(%d+)')
  end
end
if last then
  redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-0', tonumber(last) + 1))
end

for at = 5, #ARGV do
  if redis.call('HEXISTS', KEYS[2], ARGV[at]) == 0 then
    leave(ARGV[at])
  end
end
for story, gone in pairs(leaving) do
  local staying = {}
  for id in string.gmatch(redis.call('HGET', KEYS[8], story) or '', '[^\n]+') do
    if not gone[id] then
      staying[#staying + 1] = id
    end
  end
  if #staying == 0 then
    close(story)
  else
    redis.call('HSET', KEYS[8], story, table.concat(staying, '\n'))
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
return dropped
