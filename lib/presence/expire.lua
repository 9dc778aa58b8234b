-- Renews the lease of the asking node, shortens those of the clients of dead nodes, takes out clients whose lease ended,
-- and forgets channels that stood empty for long. Some of each, so that nobody waits long: to be called until it is done.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1-5: now node floor holds epoch (see changes.lua); 6 when the node's lease ends; 7 for how long clients of a dead
-- node are waited for; 8 how many of each; 9 channels that were emptied until then are forgotten;
-- 10 until when a lease must have ended for its client to be taken out
-- @return {1 if there may be more, ms, dropped, and for each client that was taken out: its id, its record, its change}

local node_ends, grace, most, emptied_until, ended_until = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10]
local more = 0

redis.call('ZADD', NODES, node_ends, node)
local dead = redis.call('ZRANGEBYSCORE', NODES, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1)
if dead[1] then
  more = 1
  local ids = held_by(dead[1], most)
  release(dead[1], ids, digits(tonumber(dead[2]) + grace))
  if #ids < most then redis.call('ZREM', NODES, dead[1]) end
end

local answer = {}
local due = redis.call('ZRANGEBYSCORE', LEASES, '-inf', ended_until, 'LIMIT', 0, most)
for _, id in ipairs(due) do
  local before = redis.call('HGET', CLIENTS, id)
  if before then
    local client = cjson.decode(before)
    local at = tonumber(redis.call('ZSCORE', SEEN, id) or now)
    answer[#answer + 1] = id
    answer[#answer + 1] = before
    answer[#answer + 1] = dismiss(id, client, at, 'lost', true)
  else
    redis.call('ZREM', LEASES, id)
  end
end

local empty = redis.call('ZRANGEBYSCORE', VACANT, '-inf', emptied_until, 'LIMIT', 0, most)
if #empty > 0 then
  redis.call('HDEL', CHANNELS, unpack(empty))
  redis.call('ZREM', VACANT, unpack(empty))
end

if #due == most or #empty == most then more = 1 end
keep()
return { more, digits(told.ms), told.dropped, unpack(answer) }
