-- Begin a queued job.
-- KEYS  1 current  2 fence  3 the job's record
-- ARGV  1 job id
-- Answer: a fencing token, or 0 when the job is not queued
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('HGET', KEYS[3], 'state') ~= 'queued' then
  return 0
end
local token = redis.call('INCR', KEYS[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[3], 'state', 'running', 'token', token, 'started', now, 'heartbeat', now)
return token
