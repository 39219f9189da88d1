-- Write the stories of new articles into the current partition: all of them, or none.
-- KEYS  1 generation  2 assignments  3 stories  4 members  5 updated
-- ARGV  1 the generation the caller decided with  2 lifetime of the keys from now on (ms)  3... for each article: id,
--       story id, assignment (JSON), the story (JSON) where it begins with the article, else ''
-- Answer: 1 done; 0 another generation is current now; 2 an article has another story, or joins one that is not there
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return 0
end
local opened = {}
for at = 3, #ARGV, 4 do
  local known = redis.call('HGET', KEYS[2], ARGV[at])
  if known and cjson.decode(known)[1] ~= ARGV[at + 1] then
    return 2
  end
  if ARGV[at + 3] ~= '' then
    opened[ARGV[at + 1]] = true
  elseif not opened[ARGV[at + 1]] and redis.call('HEXISTS', KEYS[3], ARGV[at + 1]) == 0 then
    return 2
  end
end
for at = 3, #ARGV, 4 do
  local id, story = ARGV[at], ARGV[at + 1]
  if redis.call('HSETNX', KEYS[2], id, ARGV[at + 2]) == 1 then
    if ARGV[at + 3] ~= '' and redis.call('HSETNX', KEYS[3], story, ARGV[at + 3]) == 1 then
      redis.call('HSET', KEYS[4], story, id)
    else
      redis.call('HSET', KEYS[4], story, redis.call('HGET', KEYS[4], story) .. '\n' .. id)
    end
    redis.call('ZADD', KEYS[5], now, story)
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[2])
end
return 1
