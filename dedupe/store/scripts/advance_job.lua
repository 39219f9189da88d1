-- Report how far a running job is, which is also its sign of life.
-- KEYS  1 the job's record
-- ARGV  1 fencing token  2 phase ('': as it was)  3 progress
-- Answer: 1, or 0 when the job is no longer the caller's
if redis.call('HGET', KEYS[1], 'state') ~= 'running' or redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'heartbeat', now)
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'phase', ARGV[2], 'progress', ARGV[3])
end
return 1
