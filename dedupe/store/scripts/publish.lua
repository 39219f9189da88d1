-- Make a written partition the current one, once, and only for the one who holds the fence; tell what that changes.
-- KEYS  1 generation  2..6 keys of the new partition  7..11 keys of the one it replaces  12 staged  13 events
--       14 histories  15 fates  16 ended
-- ARGV  1 the generation it replaces  2 its own number  3 the log position it covers  4 fencing token  5 job id
--       6 how long the replaced one may still be read (ms)  7 lifetime of the others from now on (ms)
--       8 lifetime of what is remembered (ms)  9 when the job began to read the one it replaces (ms)
--       10 the version of the constraints it keeps
-- Answer: 1, or 0 when another generation or another holder came first
local current = redis.call('HGET', KEYS[1], 'number') or '0'
if current == ARGV[2] then
  return 1  -- the answer to the first call was lost
end
if current ~= ARGV[1] or (redis.call('HGET', KEYS[1], 'fence') or '0') ~= ARGV[4] then
  return 0
end
redis.call('HSET', KEYS[1], 'number', ARGV[2], 'position', ARGV[3], 'job', ARGV[5], 'constraints', ARGV[10])

local tell = teller(KEYS[13])
local function end_story(story, fate)
  redis.call('HSET', KEYS[15], story, fate)
  redis.call('ZADD', KEYS[16], now, story)
end
-- What is told happens now, and not when the job prepared it: others have told of these stories meanwhile.
local function at_once(json)
  return (string.gsub(json, '"at":%d+', string.format('"at":%.0f', now), 1))
end
for place = 0, redis.call('HLEN', KEYS[12]) - 1 do
  local item = cjson.decode(redis.call('HGET', KEYS[12], place))
  if item.entry then
    remember(KEYS[14], item.story_id, at_once(item.entry))
  end
  if item.event then
    tell(item.event)
  end
  if item.fate then
    end_story(item.story_id, at_once(item.fate))
  end
end
redis.call('DEL', KEYS[12])
-- A story that was opened after the job had read is not in the new partition: its id leads to wherever its first
-- article is, or will be attached. The clock may have been set back meanwhile, by less than an hour.
for _, story in ipairs(redis.call('ZRANGE', KEYS[10], tonumber(ARGV[9]) - 3600000, '+inf', 'BYSCORE')) do
  if redis.call('HEXISTS', KEYS[3], story) == 0 and redis.call('HEXISTS', KEYS[15], story) == 0 then
    local first = string.match(redis.call('HGET', KEYS[9], story), '^[^\n]+')
    end_story(story, cjson.encode({kind = 'follows', article_id = first, at = now}))
    tell(cjson.encode({type = 'story.closed', story_id = story, follows = first}))
  end
end

for i = 1, 6 do
  redis.call('PEXPIRE', KEYS[i], ARGV[7])
end
redis.call('PEXPIRE', KEYS[13], ARGV[7])
for i = 7, 11 do
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
for i = 14, 16 do
  redis.call('PEXPIRE', KEYS[i], ARGV[8])
end
return 1
