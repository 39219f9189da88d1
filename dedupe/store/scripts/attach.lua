-- Write the stories of new articles into the current partition; an article that has one keeps it.
-- KEYS  1 generation  2 assignments  3 stories  4 members  5 updated
-- ARGV  1 the generation the caller decided with  2... for each article: id, story id, assignment, the story
--       (JSON) where it begins with the article, else ''
-- Answer: 1, or 0 when another generation is current now
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for at = 2, #ARGV, 4 do
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
return 1
