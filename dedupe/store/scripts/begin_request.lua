-- Take a request that came with a key, unless one of that key was answered or is under way.
-- KEYS  1 the request's record
-- ARGV  1 digest of the request  2 token of who serves it  3 how long it may take (ms)
-- Answer: 'begun', 'other' (the key came with another request), 'under way', or 'answered' with status, headers, body
local record = redis.call('HMGET', KEYS[1], 'digest', 'status', 'headers', 'body')
if not record[1] then
  redis.call('HSET', KEYS[1], 'digest', ARGV[1], 'token', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {'begun'}
end
if record[1] ~= ARGV[1] then
  return {'other'}
end
if not record[2] then
  return {'under way'}
end
return {'answered', record[2], record[3], record[4]}
