-- Append sketches to the log; an article that is in it keeps the number it has.
-- KEYS  1 entries  2 numbers  3 head
-- ARGV  1 lifetime of the keys from now on (ms)  2 for each article the sizes (4 bytes each) of two parts, and the
--       parts: id, sketch; in one piece, because a driver takes longer over many
-- Answer: the time (ms), the last number given before, and the numbers, in the order given
local data, at = ARGV[2], 1
local ids, sketches = {}, {}
while at <= #data do
  local id_size, sketch_size, first = struct.unpack('<I4I4', data, at)
  ids[#ids + 1] = string.sub(data, first, first + id_size - 1)
  at = first + id_size + sketch_size
  sketches[#sketches + 1] = string.sub(data, first + id_size, at - 1)
end

local numbers = redis.call('HMGET', KEYS[2], unpack(ids))
local head = tonumber(redis.call('GET', KEYS[3]) or '0')
local answer = {now, head}
local given, fresh = {}, {}
for i, id in ipairs(ids) do
  local number = tonumber(numbers[i] or given[id])
  if not number then
    head = head + 1
    number = head
    given[id] = number
    fresh[#fresh + 1] = id
    fresh[#fresh + 1] = number
    redis.call('XADD', KEYS[1], string.format('%.0f-%.0f', number, now), id, sketches[i])
  end
  answer[i + 2] = number
end
if #fresh > 0 then
  redis.call('HSET', KEYS[2], unpack(fresh))
  redis.call('SET', KEYS[3], string.format('%.0f', head))
end
for i = 1, 3 do
  redis.call('PEXPIRE', KEYS[i], ARGV[1])
end
return answer
