-- What is known of a client, which stays where it is.
-- KEYS 1 records   2 born
-- ARGV 1 clientId
-- Returns {1, record}; {0, milliseconds since the records began} when nobody knows the client.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if text then
  return { 1, text }
end
local clock = redis.call('TIME')
local born = redis.call('GET', KEYS[2])
return { 0, born and clock[1] * 1000 + math.floor(clock[2] / 1000) - tonumber(born) or 0 }
