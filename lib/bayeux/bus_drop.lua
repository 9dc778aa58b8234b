-- A client is taken out.
-- KEYS 1 records   2 due
-- ARGV 1 clientId   2 the node that asks   3 '1' to take it out only if that node has it   4 what begins the names of the
-- nodes' channels   5 '1' if that node had the client and forgot it; it may be taking it over when not
-- Publishes {t: 'gone', id} on ARGV[4] .. <node> to the node that has the client, unless it is that one.
-- Returns the record; nil when there was none, or when it is another node's and was to be left: only one who asks gets it.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return false
end
local node = cjson.decode(text).node
if node ~= ARGV[2] and ARGV[3] == '1' then
  return false
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if node ~= ARGV[2] or ARGV[5] ~= '1' then
  redis.call('PUBLISH', ARGV[4] .. node, cjson.encode({ t = 'gone', id = ARGV[1] }))
end
return text
