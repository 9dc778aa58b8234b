-- Sets the leases of clients that the asking node holds, or nobody.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1 node; then for each client: id, seen, ends (at most 500 clients)
-- @return {the numbers of the clients that are unknown, those of the clients that another node holds}, counted from 0

local node = ARGV[1]

-- A client of nobody's becomes the node's. @return whether it did
local function adopt(id)
  local client = read(CLIENTS, id)
  if not client or client.node ~= '' then return false end
  client.node = node
  save(CLIENTS, id, client)
  add(OWNERS, 0, node .. '\n' .. id)
  return true
end

local ids, members = {}, {}
for n = 2, #ARGV, 3 do
  ids[#ids + 1] = ARGV[n]
  members[#members + 1] = node .. '\n' .. ARGV[n]
end
local leases = redis.call('ZMSCORE', LEASES, unpack(ids))
local held = redis.call('ZMSCORE', OWNERS, unpack(members))

local unknown, foreign, ends, seen = {}, {}, {}, {}
for n, id in ipairs(ids) do
  if not leases[n] then
    unknown[#unknown + 1] = n - 1
  elseif held[n] or adopt(id) then
    seen[#seen + 1], seen[#seen + 2] = ARGV[3 * n], id
    ends[#ends + 1], ends[#ends + 2] = ARGV[3 * n + 1], id
  else
    foreign[#foreign + 1] = n - 1
  end
end
if #seen > 0 then
  redis.call('ZADD', SEEN, unpack(seen))
  redis.call('ZADD', LEASES, unpack(ends))
end
return { unknown, foreign }
