-- Change the constraints of a corpus, unless another change came first.
-- KEYS  1 constraints  2 their version
-- ARGV  1 the version the caller knows  2 a word of the caller's own, by which it is known when it asks again
--       3 how many go  4... their ids; then id and JSON of each that comes
-- Answer: the version now, or -1 when it is not the one the caller knows
local version, word = unpack(redis.call('HMGET', KEYS[2], 'number', 'word'))
if word == ARGV[2] then
  return tonumber(version)  -- the answer to the first call was lost
end
if (version or '0') ~= ARGV[1] then
  return -1
end
local first = 4 + tonumber(ARGV[3])
for at = 4, first - 1 do
  redis.call('HDEL', KEYS[1], ARGV[at])
end
for at = first, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
end
redis.call('HSET', KEYS[2], 'word', ARGV[2])
return redis.call('HINCRBY', KEYS[2], 'number', 1)
