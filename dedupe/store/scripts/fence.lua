-- Give the fence to a holder, unless a newer one has it: from now on no older one publishes.
-- KEYS  1 generation
-- ARGV  1 fencing token
-- Answer: the job whose partition is current, '' when it is no job's
if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'fence', ARGV[1])
end
return redis.call('HGET', KEYS[1], 'job') or ''
