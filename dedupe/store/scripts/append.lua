-- Append sketches to the log; an article that is in it keeps the number it has.
-- KEYS  1 entries  2 numbers  3 head
-- ARGV  for each article: id, text key, signature, terms, weights, background
-- Answer: the numbers, in the order given
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local numbers = {}
for at = 1, #ARGV, 6 do
  local id = ARGV[at]
  local number = redis.call('HGET', KEYS[2], id)
  if not number then
    number = redis.call('INCR', KEYS[3])
    redis.call('HSET', KEYS[2], id, number)
    redis.call('XADD', KEYS[1], number .. '-0', 'id', id, 'at', now, 'k', ARGV[at + 1], 's', ARGV[at + 2],
      't', ARGV[at + 3], 'w', ARGV[at + 4], 'b', ARGV[at + 5])
  end
  numbers[#numbers + 1] = tonumber(number)
end
return numbers
