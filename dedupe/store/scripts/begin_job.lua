-- Begin a queued job.
-- KEYS  1 current  2 fence  3 the job's record
-- ARGV  1 job id  2 a word of the caller's own, by which it is known when it asks again
-- Answer: a fencing token, or 0 when the job is not queued
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local state = redis.call('HGET', KEYS[3], 'state')
if state == 'running' and redis.call('HGET', KEYS[3], 'caller') == ARGV[2] then
  return tonumber(redis.call('HGET', KEYS[3], 'token'))  -- the answer to the first call was lost
end
if state ~= 'queued' then
  return 0
end
local token = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[3], 'state', 'running', 'caller', ARGV[2], 'token', token, 'started', now, 'heartbeat', now)
return token
