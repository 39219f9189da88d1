-- Read entries of the log: in one piece, because a driver takes ten times as long over many.
-- KEYS  1 entries
-- ARGV  1 the first number  2 most entries
-- Answer: for each entry in order the sizes (4 bytes each) of three parts, and the parts: number-time, id, sketch
local parts = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local place, id, sketch = entry[1], entry[2][1], entry[2][2]
  parts[#parts + 1] = struct.pack('<I4I4I4', #place, #id, #sketch) .. place .. id .. sketch
end
return table.concat(parts)
