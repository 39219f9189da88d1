-- Note that a delivery failed and when to try again; or give the webhook up, after it has failed for long enough.
-- KEYS  1 due  2 the webhook  3 its deliveries
-- ARGV  1 name  2 token of the claim  3 how long to wait (ms)  4 how long it may fail (ms)  5 error
--       6 the delivery (JSON)  7 most deliveries kept  8 how long they are (ms)
-- Answer: 1, or 0 when another has claimed the webhook, or it was changed or deleted
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[2] then
  return 0
end
redis.call('HSETNX', KEYS[2], 'failing_since', now)
local since = tonumber(redis.call('HGET', KEYS[2], 'failing_since'))
local gives_up = now - since >= tonumber(ARGV[4])
redis.call('HSET', KEYS[2], 'state', gives_up and 'disabled' or 'failing', 'error', ARGV[5])
redis.call('HINCRBY', KEYS[2], 'attempts', 1)
local again = now + tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], gives_up and '+inf' or again, ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[7], '*', 'at', now, 'delivery', ARGV[6], 'again', gives_up and '' or again)
redis.call('PEXPIRE', KEYS[3], ARGV[8])
return 1
