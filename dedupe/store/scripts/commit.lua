-- Take finished articles out of the ledger; only the caller that takes one out writes its verdict.
-- KEYS  1 pending  2 counters  3... the article records
-- ARGV  1 lifetime of a record (ms)  2... for each article: id, verdict (JSON), '1' when it repeats another
-- Answer: how many this call finished
local finished = 0
for i = 3, #KEYS do
  local at = (i - 3) * 3 + 2
  if redis.call('ZREM', KEYS[1], ARGV[at]) == 1 and redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('PEXPIRE', KEYS[i], ARGV[1])
    redis.call('HSET', KEYS[i], 'verdict', ARGV[at + 1])
    redis.call('HINCRBY', KEYS[2], 'assigned', 1)
    if ARGV[at + 2] == '1' then
      redis.call('HINCRBY', KEYS[2], 'duplicates', 1)
    end
    finished = finished + 1
  end
end
return finished
