-- Write the stories of new articles into the current partition: all of them, or none.
-- KEYS  1 generation  2 assignments  3 stories  4 members  5 updated  6 topics  7 facts  8 events  9 histories
-- ARGV  1 the generation the caller decided with  2 lifetime of the keys from now on (ms)  3... for each article: id,
--       story id, assignment (JSON), facts (JSON), event that tells of it (JSON); then, where the story begins with it,
--       its topic, the story (JSON) and the event that tells of that (JSON), else three times ''
-- Answer: 1 done; 0 another generation is current now; 2 an article has another story, or joins one that is not there
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return 0
end
local opened = {}
for at = 3, #ARGV, 8 do
  local known = redis.call('HGET', KEYS[2], ARGV[at])
  if known and cjson.decode(known)[1] ~= ARGV[at + 1] then
    return 2
  end
  if ARGV[at + 6] ~= '' then
    opened[ARGV[at + 1]] = true
  elseif not opened[ARGV[at + 1]] and redis.call('HEXISTS', KEYS[3], ARGV[at + 1]) == 0 then
    return 2
  end
end

local tell = teller(KEYS[8])
local grown, joined = {}, {}  -- the stories that got articles, in order, and those articles
for at = 3, #ARGV, 8 do
  local id, story = ARGV[at], ARGV[at + 1]
  if redis.call('HSETNX', KEYS[2], id, ARGV[at + 2]) == 1 then
    redis.call('HSET', KEYS[7], id, ARGV[at + 3])
    if ARGV[at + 6] ~= '' and redis.call('HSETNX', KEYS[3], story, ARGV[at + 6]) == 1 then
      redis.call('HSET', KEYS[4], story, id)
      local topic = redis.call('HGET', KEYS[6], ARGV[at + 5])  -- others may be left of one that began with its id
      redis.call('HSET', KEYS[6], ARGV[at + 5], topic and topic .. '\n' .. story or story)
      redis.call('ZADD', KEYS[5], now, story)
      remember(KEYS[9], story, cjson.encode({at = now, change = 'born', article_id = id}))
      tell(ARGV[at + 7])
    else
      if not joined[story] then
        joined[story] = {}
        grown[#grown + 1] = story
      end
      table.insert(joined[story], id)
    end
    tell(ARGV[at + 4])
  end
end
for _, story in ipairs(grown) do
  local before = redis.call('HGET', KEYS[4], story)
  local members = before .. '\n' .. table.concat(joined[story], '\n')
  redis.call('HSET', KEYS[4], story, members)
  redis.call('ZADD', KEYS[5], now, story)
  local n_before, n_after = count_lines(before), count_lines(members)
  if math.floor(math.log(n_after) / math.log(2) + 1e-9) > math.floor(math.log(n_before) / math.log(2) + 1e-9) then
    remember(KEYS[9], story, cjson.encode({at = now, change = 'grew', n_articles = n_after}))
  end
  tell(cjson.encode({type = 'story.updated', story_id = story, n_articles = n_after}))
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < tonumber(ARGV[2]) then  -- histories are kept for longer
    redis.call('PEXPIRE', key, ARGV[2])
  end
end
return 1
