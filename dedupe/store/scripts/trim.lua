-- Drop up to a number of entries that are older than the window from the log's start.
-- KEYS  1 entries  2 numbers
-- ARGV  1 window (ms)  2 most entries
-- Answer: how many entries were dropped
local time = redis.call('TIME')
local horizon = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
local dropped, last = 0, nil
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[2])) do
  local fields = entry[2]
  if tonumber(fields[4]) >= horizon then
    break
  end
  redis.call('HDEL', KEYS[2], fields[2])
  dropped, last = dropped + 1, entry[1]
end
if last then
  redis.call('XDEL', KEYS[1], last)
  redis.call('XTRIM', KEYS[1], 'MINID', last)
end
return dropped
