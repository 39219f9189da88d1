-- Lease due articles to the caller.
-- KEYS  1 pending
-- ARGV  1 most articles  2 lease (ms)
-- Answer: the ids, oldest due first
local ids = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), id)
end
return ids
