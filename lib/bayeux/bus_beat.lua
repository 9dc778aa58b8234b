-- The heartbeat of a node, once a second: renews its lease, and takes out clients that nobody renewed in time.
-- KEYS 1 records   2 due   3 nodes   4 born
-- ARGV 1 node   2 now   3 until when the node lives   4 how many clients to take out at most   5 milliseconds that the keys
-- live without a heartbeat   6 what begins the names of the nodes' channels
-- Publishes {t: 'beat'} on ARGV[6] .. ARGV[1], by which the node knows that it hears, and {t: 'gone', id} to the node of a
-- client that was taken out, if that is another.
-- Returns {Redis's time in milliseconds, 1 if the node was not known (else 0), clientId, record, clientId, record, …}: each
-- client is told to one node only.
local clock = redis.call('TIME')
local fresh = redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[2])
redis.call('SET', KEYS[4], ARGV[2], 'NX')
local told = { math.floor(clock[1] * 1000 + clock[2] / 1000), fresh }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4])) do
  local text = redis.call('HGET', KEYS[1], id)
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
  if text then
    told[#told + 1] = id
    told[#told + 1] = text
    local node = cjson.decode(text).node
    if node ~= ARGV[1] then
      redis.call('PUBLISH', ARGV[6] .. node, cjson.encode({ t = 'gone', id = id }))
    end
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[5])
end
redis.call('PUBLISH', ARGV[6] .. ARGV[1], '{"t":"beat"}')
return told
