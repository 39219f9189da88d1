-- End a job in a final state, once.
-- KEYS  1 current  2 the job's record  3 what is known of the last run
-- ARGV  1 job id  2 state  3 fencing token ('' to end it whoever runs it)  4 error  5 diff (JSON)
--       6 lifetime of the record from now on (ms)
-- Answer: 1 when this call ended it
local state = redis.call('HGET', KEYS[2], 'state')
if state ~= 'queued' and state ~= 'running' then
  return 0
end
if ARGV[3] ~= '' and redis.call('HGET', KEYS[2], 'token') ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[2], 'state', ARGV[2], 'finished', now, 'error', ARGV[4], 'diff', ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
if ARGV[2] == 'succeeded' then
  redis.call('HSET', KEYS[2], 'phase', 'done', 'progress', 1)
end
local started = redis.call('HGET', KEYS[2], 'started')
if started and redis.call('HGET', KEYS[2], 'dry_run') ~= '1' then
  redis.call('HSET', KEYS[3], 'finished', now, 'took', now - tonumber(started))
  if ARGV[5] ~= '' then
    redis.call('HSET', KEYS[3], 'churn', cjson.decode(ARGV[5]).churn)
  end
end
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1
