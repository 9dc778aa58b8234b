-- A message for one client goes to the node that has it.
-- KEYS 1 records
-- ARGV 1 clientId   2 message (JSON)   3 what begins the names of the nodes' channels   4 '1' when it was passed on before
-- Publishes {t: 'send', id, message, again: whether it was passed on} on ARGV[3] .. <node>.
-- Returns 1, or 0 when nobody knows the client.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return 0
end
local told = { t = 'send', id = ARGV[1], message = ARGV[2], again = ARGV[4] == '1' }
redis.call('PUBLISH', ARGV[3] .. cjson.decode(text).node, cjson.encode(told))
return 1
