-- Keep the answer to a request that came with a key, or forget the request, by who took it.
-- KEYS  1 the request's record
-- ARGV  1 token of who served it  2 lifetime of the answer (ms), 0 to forget the request  3 status  4 headers  5 body
-- Answer: 1 when it was the caller's
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'headers', ARGV[4], 'body', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
