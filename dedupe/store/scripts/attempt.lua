-- Count an attempt at each leased article and hand back its text; give up those tried too often.
-- KEYS  1 pending  2 dead  3 counters  4... the article records
-- ARGV  1 most attempts  2... the ids, in the order of the records
-- Answer: for each article its JSON, or false where it is given up or gone
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = {}
for i = 4, #KEYS do
  local id = ARGV[i - 2]
  local article = redis.call('HGET', KEYS[i], 'article')
  if not article then
    redis.call('ZREM', KEYS[1], id)
    answer[i - 3] = false
  elseif redis.call('HINCRBY', KEYS[i], 'attempts', 1) > tonumber(ARGV[1]) then
    if redis.call('ZREM', KEYS[1], id) == 1 then
      redis.call('ZADD', KEYS[2], now, id)
      redis.call('HSET', KEYS[i], 'failure', 'given up after ' .. ARGV[1] .. ' attempts: no worker came to an end with it')
      redis.call('HINCRBY', KEYS[3], 'failed', 1)
    end
    answer[i - 3] = false
  else
    answer[i - 3] = article
  end
end
return answer
