-- A client subscribes to a channel, or no longer does.
-- KEYS 1 records
-- ARGV 1 clientId   2 channel   3 '1' to subscribe, '0' to end it   4 the node that has the client and changed it
-- there already; '' when the node that was asked did not have it, though it may be taking it over   5 what begins the names of
-- the nodes' channels
-- Publishes {t: 'sub', id, channel, on} on ARGV[5] .. <node> to the node that has the client, unless it is that one.
-- Returns 1 when this changed anything, 0 when not or when nobody knows the client.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return 0
end
local record = cjson.decode(text)
local on = ARGV[3] == '1'
if (record.subs[ARGV[2]] ~= nil) == on then
  return 0
end
record.subs[ARGV[2]] = on and 1 or nil
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(record))
if record.node ~= ARGV[4] then
  local told = { t = 'sub', id = ARGV[1], channel = ARGV[2], on = on }
  redis.call('PUBLISH', ARGV[5] .. record.node, cjson.encode(told))
end
return 1
