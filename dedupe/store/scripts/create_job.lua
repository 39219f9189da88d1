-- Create a job unless one is queued or running.
-- KEYS  1 current  2 the job's record
-- ARGV  1 job id  2 '1' for a dry run
-- Answer: the id of the job that is current now
local current = redis.call('GET', KEYS[1])
if current then
  return current
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'state', 'queued', 'dry_run', ARGV[2], 'created', now)
return ARGV[1]
