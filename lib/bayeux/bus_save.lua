-- Who a client is changed.
-- KEYS 1 records
-- ARGV 1 clientId   2 session (text)   3 the node that has the client and knows already; '' when the
-- node that was told did not have it, though it may be taking it over   4 what begins the names of the nodes' channels
-- Publishes {t: 'session', id, session} on ARGV[4] .. <node> to the node that has the client, unless it is that one.
-- Returns 1, or 0 when nobody knows the client.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return 0
end
local record = cjson.decode(text)
record.session = ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(record))
if record.node ~= ARGV[3] then
  local told = { t = 'session', id = ARGV[1], session = ARGV[2] }
  redis.call('PUBLISH', ARGV[4] .. record.node, cjson.encode(told))
end
return 1
