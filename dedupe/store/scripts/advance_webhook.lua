-- Move a webhook's cursor on: its events up to there have arrived, or are none it asked for.
-- KEYS  1 due  2 the webhook  3 its deliveries
-- ARGV  1 name  2 token of the claim  3 cursor, '' to leave it  4 lease from now on (ms), 0 to hand the webhook back
--       5 the delivery (JSON), '' where none was made  6 most deliveries kept  7 how long they are (ms)
-- Answer: 1, or 0 when another has claimed the webhook, or it was changed or deleted
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[2] then
  return 0
end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], 'cursor', ARGV[3])
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[4]), ARGV[1])
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], 'state', 'active', 'attempts', 0)
  redis.call('HDEL', KEYS[2], 'failing_since', 'error')
  redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[6], '*', 'at', now, 'delivery', ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[7])
end
return 1
