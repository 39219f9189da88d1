-- Count an attempt at each leased article and hand back its text; give up those tried too often.
-- Articles that came to no end twice are tried one at a time from then on, so that one that ends its workers does not
-- take others with it: of several the first is tried, or none where others are in the batch, and the rest is due again.
-- KEYS  1 pending  2 dead  3 counters  4... the article records
-- ARGV  1 most attempts  2... the ids, in the order of the records
-- Answer: for each article its JSON, or false where it is not to be tried now
local attempts, others = {}, false
for i = 4, #KEYS do
  attempts[i] = tonumber(redis.call('HGET', KEYS[i], 'attempts') or '0')
  others = others or attempts[i] < 2
end
local answer, alone = {}, others
for i = 4, #KEYS do
  local id = ARGV[i - 2]
  local article = redis.call('HGET', KEYS[i], 'article')
  answer[i - 3] = false
  if not article then
    redis.call('ZREM', KEYS[1], id)
  elseif attempts[i] >= tonumber(ARGV[1]) then
    if redis.call('ZREM', KEYS[1], id) == 1 then
      redis.call('ZADD', KEYS[2], now, id)
      redis.call('HSET', KEYS[i], 'failure', 'given up after ' .. ARGV[1] .. ' attempts: no worker came to an end with it')
      redis.call('HINCRBY', KEYS[3], 'failed', 1)
    end
  elseif attempts[i] >= 2 and alone then
    redis.call('ZADD', KEYS[1], 'XX', now, id)
  else
    alone = alone or attempts[i] >= 2
    redis.call('HINCRBY', KEYS[i], 'attempts', 1)
    answer[i - 3] = article
  end
end
return answer
