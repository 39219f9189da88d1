-- Drop from the log's start up to a number of entries that are older than the window, and their articles from the
-- current partition; give the keys of the log another while to live.
-- A story whose last article leaves is closed. What was told, and what was remembered of stories that ended, goes after
-- its time.
-- KEYS  1 entries  2 numbers  3 head  4 generation  5 generations  6 assignments  7 stories  8 members  9 updated
--       10 topics  11 facts  12 events  13 histories  14 fates  15 ended
-- ARGV  1 window (ms)  2 most entries  3 the generation whose partition the keys are  4 lifetime of the keys (ms)
--       5 how long a change can be read (ms)  6 how long the id of a story that ended leads somewhere (ms)
--       7... ids that may have left the log before, to be dropped from the partition where they have
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
  redis.call('HDEL', KEYS[11], id)
  local assignment = redis.call('HGET', KEYS[6], id)
  if assignment then
    local story = cjson.decode(assignment)[1]
    leaving[story] = leaving[story] or {}
    leaving[story][id] = true
    redis.call('HDEL', KEYS[6], id)
  end
end

local tell = teller(KEYS[12])
local function leave_topic(story, topic)
  local staying = {}
  for other in string.gmatch(redis.call('HGET', KEYS[10], topic) or '', '[^\n]+') do
    if other ~= story then
      staying[#staying + 1] = other
    end
  end
  if #staying == 0 then
    redis.call('HDEL', KEYS[10], topic)
  else
    redis.call('HSET', KEYS[10], topic, table.concat(staying, '\n'))
  end
end

local function close(story)
  local closed = cjson.decode(redis.call('HGET', KEYS[7], story))
  leave_topic(story, closed.topic)
  redis.call('HDEL', KEYS[7], story)
  redis.call('HDEL', KEYS[8], story)
  redis.call('ZREM', KEYS[9], story)
  redis.call('HSET', KEYS[14], story, cjson.encode({kind = 'expired', at = now, label = closed.label}))
  redis.call('ZADD', KEYS[15], now, story)
  remember(KEYS[13], story, cjson.encode({at = now, change = 'closed'}))
  tell(cjson.encode({type = 'story.closed', story_id = story}))
end

local function left(gone)
  local ids = {}
  for id in pairs(gone) do
    ids[#ids + 1] = id
  end
  table.sort(ids)
  return ids
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

for at = 7, #ARGV do
  if redis.call('HEXISTS', KEYS[2], ARGV[at]) == 0 then
    leave(ARGV[at])
  end
end
for _, story in ipairs(left(leaving)) do
  local gone, staying = leaving[story], {}
  for id in string.gmatch(redis.call('HGET', KEYS[8], story) or '', '[^\n]+') do
    if not gone[id] then
      staying[#staying + 1] = id
    end
  end
  if #staying == 0 then
    close(story)
  else
    redis.call('HSET', KEYS[8], story, table.concat(staying, '\n'))
    tell(cjson.encode({type = 'story.updated', story_id = story, n_articles = #staying, left = left(gone)}))
  end
end

redis.call('XTRIM', KEYS[12], 'MINID', string.format('%.0f', now - tonumber(ARGV[5])))
local forgotten = redis.call('ZRANGE', KEYS[15], '-inf', now - tonumber(ARGV[6]), 'BYSCORE', 'LIMIT', 0, limit)
if #forgotten > 0 then
  for _, story in ipairs(forgotten) do
    if redis.call('HEXISTS', KEYS[7], story) == 0 then  -- one that was opened again lives
      redis.call('HDEL', KEYS[13], story)
    end
  end
  redis.call('HDEL', KEYS[14], unpack(forgotten))
  redis.call('ZREM', KEYS[15], unpack(forgotten))
end

for i = 1, 12 do
  redis.call('PEXPIRE', KEYS[i], ARGV[4])
end
for i = 13, 15 do
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
return dropped
