-- Lease the webhooks to the caller that are due and have events to come.
-- The cursor of one that has none moves on with the time, as that of every reader does, but not every time.
-- KEYS  1 due
-- ARGV  1 the cursor of the newest event  2 lease (ms)  3 most webhooks  4 what the names of their records begin with
--       5 how far behind the clock nothing is told any more (ms)
-- Answer: for each webhook its name and its record, a list of fields and values
local function place(cursor)
  local at, number = string.match(cursor, '^(%d+)-(%d+)$')
  return tonumber(at), tonumber(number)
end

local newest_at, newest_number = place(ARGV[1])
local claimed = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE')) do
  local webhook = ARGV[4] .. name
  local at, number = place(redis.call('HGET', webhook, 'cursor'))
  local settled = now - tonumber(ARGV[5])
  if at < newest_at or (at == newest_at and number < newest_number) then
    if #claimed < tonumber(ARGV[3]) then
      redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), name)
      redis.call('HINCRBY', webhook, 'token', 1)
      claimed[#claimed + 1] = {name, redis.call('HGETALL', webhook)}
    end
  elseif at < settled - tonumber(ARGV[5]) then
    redis.call('HSET', webhook, 'cursor', string.format('%.0f-0', settled))
  end
end
return claimed
