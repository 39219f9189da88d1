-- Put a dead letter back into the ledger with its attempts forgotten.
-- KEYS  1 pending  2 dead  3 counters  4 the article record
-- ARGV  1 id  2 lifetime of a record (ms)
-- Answer: 1 when it was dead and its record is still there
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then
  return 0
end
redis.call('HINCRBY', KEYS[3], 'failed', -1)
if redis.call('EXISTS', KEYS[4]) == 0 then
  return 0
end
redis.call('HSET', KEYS[4], 'attempts', 0)
redis.call('HDEL', KEYS[4], 'failure')
redis.call('PEXPIRE', KEYS[4], ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
return 1
