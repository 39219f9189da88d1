-- Create a webhook, or change one: it begins to work at once, and no delivery that is under way counts.
-- KEYS  1 due  2 the webhook
-- ARGV  1 name  2 url  3 secret ('': as it was)  4 types (JSON)  5 the cursor to begin after ('': as it was)
--       6 the cursor of a new one without  7 most webhooks
-- Answer: 1 created, 0 changed; -1 there are too many; -2 a new one needs a secret
local is_new = redis.call('EXISTS', KEYS[2]) == 0
if is_new and ARGV[3] == '' then
  return -2
end
if is_new and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[7]) then
  return -1
end
redis.call('HSET', KEYS[2], 'url', ARGV[2], 'types', ARGV[4], 'updated', now, 'state', 'active', 'attempts', 0)
redis.call('HDEL', KEYS[2], 'failing_since', 'error')
redis.call('HINCRBY', KEYS[2], 'token', 1)
if is_new then
  redis.call('HSET', KEYS[2], 'created', now)
end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], 'secret', ARGV[3])
end
if ARGV[5] ~= '' or is_new then
  redis.call('HSET', KEYS[2], 'cursor', ARGV[5] ~= '' and ARGV[5] or ARGV[6])
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
return is_new and 1 or 0
