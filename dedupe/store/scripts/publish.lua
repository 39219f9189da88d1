-- Make a written partition the current one, once, and only for the newest holder of the fence.
-- KEYS  1 generation  2... keys of the new partition
-- ARGV  1 the generation it replaces  2 its own number  3 the log position it covers  4 fencing token
-- Answer: 1, or 0 when another generation or a newer holder came first
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return 0
end
if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[4]) then
  return 0
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'number', ARGV[2], 'position', ARGV[3], 'fence', ARGV[4],
  'at', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 2, #KEYS do
  redis.call('PERSIST', KEYS[i])
end
return 1
