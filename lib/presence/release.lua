-- How clients that no node holds any more are waited for. Put behind common.lua for the scripts that let go of them.

-- Up to `most` ids of the clients that a node holds.
local function held_by(whose, most)
  local members = redis.call('ZRANGEBYLEX', OWNERS, '[' .. whose .. '\n', '(' .. whose .. '\011', 'LIMIT', 0, most)
  local ids = {}
  for n, member in ipairs(members) do ids[n] = string.sub(member, #whose + 2) end
  return ids
end

-- Their leases end at `ends`, or sooner if they do anyway.
local function release(whose, ids, ends)
  if #ids == 0 then return end
  local records = redis.call('HMGET', CLIENTS, unpack(ids))
  for n, id in ipairs(ids) do
    redis.call('ZREM', OWNERS, whose .. '\n' .. id)
    if records[n] then
      local client = cjson.decode(records[n])
      client.node = ''
      save(CLIENTS, id, client)
      redis.call('ZADD', LEASES, 'XX', 'LT', ends, id)
    end
  end
end
