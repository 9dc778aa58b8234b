-- Lets go of clients that a node holds, some at a time: to be called until it has none. With the first call the node goes.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1 node; 2 now; 3 until when its clients are waited for; 4 how many; 5 '1' if it may go only when another node is there
-- @return how many it let go of, or -1 when no other node is there: then nothing was done

local node, now, ends, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local function is_alone()
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', NODES, '(' .. now, '+inf')) do
    if other ~= node then return false end
  end
  return true
end

if ARGV[5] == '1' and is_alone() then return -1 end
redis.call('ZREM', NODES, node)
local ids = held_by(node, most)
release(node, ids, ends)
return #ids
