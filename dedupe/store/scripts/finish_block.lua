-- Keep the result of a block, once, while the work it belongs to is still wanted.
-- KEYS  1 input  2 due  3 results
-- ARGV  1 block  2 result  3 lifetime of the results (ms)
-- Answer: 1 when it was kept
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
