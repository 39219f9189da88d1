-- Goes before every script: `now` is the time (ms). It comes as one argument more, which the script does not see; where
-- that is empty, and so outside of simulations, the time is the server's own.
local now = tonumber(table.remove(ARGV))
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
