-- Give up one article at once: it can never be processed.
-- KEYS  1 pending  2 dead  3 counters  4 the article record
-- ARGV  1 id  2 reason
-- Answer: 1 when this call gave it up
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[4]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('HSET', KEYS[4], 'failure', ARGV[2])
redis.call('HINCRBY', KEYS[3], 'failed', 1)
return 1
