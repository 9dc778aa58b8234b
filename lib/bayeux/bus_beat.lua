-- The heartbeat of a node, once a second: renews its lease, and takes out clients whose node is gone and that nobody took
-- over in time.
-- KEYS 1 records   2 due   3 nodes   4 born
-- ARGV 1 node   2 milliseconds that the node lives without a heartbeat   3 how many clients to look at   4 milliseconds that
-- the keys live without a heartbeat   5 what begins the names of the nodes' channels
-- 6 milliseconds after the records began in which nobody is taken out
-- All keys of the bus are in one slot, so in one Redis, and its clock is the only one: a node whose own is wrong takes
-- nobody out.
-- Publishes {t: 'beat'} on ARGV[5] .. ARGV[1], by which the node knows that it hears, and {t: 'gone', id} to the node of a
-- client that was taken out.
-- Returns {1 if the node was not known (else 0), since when the records are, {clientId of this node that is over, …},
-- {clientId, record, clientId, record, …}}: the last were taken out, and each of them is told to one node only.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local others = redis.call('ZCARD', KEYS[3])
local fresh = redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
-- The first one after all were silent: nobody could renew a client, so all nodes get the time to do it.
if fresh == 1 and others == 0 then
  redis.call('SET', KEYS[4], now)
else
  redis.call('SET', KEYS[4], now, 'NX')
end
local born = redis.call('GET', KEYS[4])
local settled = now - tonumber(born) > tonumber(ARGV[6])
local late = {}
local over = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local text = redis.call('HGET', KEYS[1], id)
  local node = text and cjson.decode(text).node
  if not text then
    redis.call('ZREM', KEYS[2], id)
  elseif node == ARGV[1] then
    late[#late + 1] = id
  elseif settled and not redis.call('ZSCORE', KEYS[3], node) then
    -- A client of a node that lives is that node's to end.
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('PUBLISH', ARGV[5] .. node, cjson.encode({ t = 'gone', id = id }))
    over[#over + 1] = id
    over[#over + 1] = text
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
redis.call('PUBLISH', ARGV[5] .. ARGV[1], '{"t":"beat"}')
return { fresh, born, late, over }
