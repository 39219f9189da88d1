-- Accept a batch of articles into the ledger: all of it, or (when it would overflow) nothing.
-- KEYS  1 pending  2 counters  3... the article records, in the order of the batch
-- ARGV  1 most pending articles  2 lifetime of a record (ms)  3... for each article: id, digest, JSON
-- Answer: {-1, depth} when full; otherwise {depth, code...}: 1 accepted, 0 known, 2 the id has another text
local depth = redis.call('ZCARD', KEYS[1])
local codes, fresh, seen = {}, 0, {}
for i = 3, #KEYS do
  local at = 3 + (i - 3) * 3
  local digest = redis.call('HGET', KEYS[i], 'digest') or seen[KEYS[i]]
  if not digest then
    codes[i - 2] = 1
    fresh = fresh + 1
    seen[KEYS[i]] = ARGV[at + 1]
  elseif digest == ARGV[at + 1] then
    codes[i - 2] = 0
  else
    codes[i - 2] = 2
  end
end
if fresh > 0 and depth + fresh > tonumber(ARGV[1]) then
  return {-1, depth}
end
for i = 3, #KEYS do
  if codes[i - 2] == 1 then
    local at = 3 + (i - 3) * 3
    redis.call('HSET', KEYS[i], 'digest', ARGV[at + 1], 'article', ARGV[at + 2], 'received', now, 'attempts', 0)
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    redis.call('ZADD', KEYS[1], now, ARGV[at])
  end
end
if fresh > 0 then
  redis.call('HINCRBY', KEYS[2], 'accepted', fresh)
end
table.insert(codes, 1, depth + fresh)
return codes
