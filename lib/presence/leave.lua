-- Takes a client out, unless another node holds it by now and only this one shuts down or lost it.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1-5: now node floor holds epoch (see changes.lua); 6 id; 7 cause
-- @return {the change or '', the client's record before or '', ms, dropped}

local id, cause = ARGV[6], ARGV[7]
local before = redis.call('HGET', CLIENTS, id)
if not before then return { '', '', 0, 0 } end
local client = cjson.decode(before)
if (cause == 'shutdown' or cause == 'lost') and client.node ~= '' and client.node ~= node then
  return { '', before, 0, 0 }
end

local at = cause == 'lost' and tonumber(redis.call('ZSCORE', SEEN, id) or now) or now
local change = dismiss(id, client, at, cause)
return { change, before, digits(told.ms), told.dropped }
