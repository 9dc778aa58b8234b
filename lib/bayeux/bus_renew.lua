-- Clients live on.
-- KEYS 1 due
-- ARGV 1 milliseconds that they live without being renewed   then clientIds
-- Returns the clientIds that are not known.
local clock = redis.call('TIME')
local due = clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[1]
local unknown = {}
for i = 2, #ARGV do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) then
    redis.call('ZADD', KEYS[1], due, ARGV[i])
  else
    unknown[#unknown + 1] = ARGV[i]
  end
end
return unknown
