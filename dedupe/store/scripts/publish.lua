-- Make a written partition the current one, once, and only for the one who holds the fence.
-- KEYS  1 generation  2..5 keys of the new partition  6..9 keys of the one it replaces
-- ARGV  1 the generation it replaces  2 its own number  3 the log position it covers  4 fencing token  5 job id
--       6 how long the replaced one may still be read (ms)  7 lifetime of the others from now on (ms)
-- Answer: 1, or 0 when another generation or another holder came first
local current = redis.call('HGET', KEYS[1], 'number') or '0'
if current == ARGV[2] then
  return 1  -- the answer to the first call was lost
end
if current ~= ARGV[1] or (redis.call('HGET', KEYS[1], 'fence') or '0') ~= ARGV[4] then
  return 0
end
redis.call('HSET', KEYS[1], 'number', ARGV[2], 'position', ARGV[3], 'job', ARGV[5])
for i = 1, 5 do
  redis.call('PEXPIRE', KEYS[i], ARGV[7])
end
for i = 6, 9 do
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
return 1
