-- Brings a client in, moves it, or renews its lease. With no place it leaves this partition, for another one.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1-5: now node floor holds epoch (see changes.lua); 6 id; 7 key; 8 uid; 9 uname; 10 room or ''; 11 activity or '';
-- 12 '1' if the login log counts the client on one of these; 13 when its lease ends; 14 when the node's lease ends if it has
-- none yet; 15 and 16, 17 and 18: since and epoch of the presence in the room, on the activity, as the client stood before
-- 19 '1' if the client is gone already, and comes in only when the store was emptied since it stood as before;
-- 20 '1' to be told where it stands if nothing changes
-- @return {the change or '', the client's record before or '', ms, dropped, '' or where it stands: a list of {kind, channel,
-- since, epoch}}

local id, ends, node_ends = ARGV[6], ARGV[13], ARGV[14]

local function given(n)
  if ARGV[n] ~= '' then return ARGV[n] end
end

local to = { room = given(10), activity = given(11), logs = ARGV[12] == '1' }
local before = redis.call('HGET', CLIENTS, id)
local known = before and cjson.decode(before)
local somewhere = to.room or to.activity
if not known and not somewhere then return { '', '', 0, 0, '' } end

-- A client that stood in another epoch of a channel stood in a store that was emptied since: its presence goes on. So does
-- one that was taken for lost, as its process was cut off, if the user did not come in another way meanwhile.
local since, again, back = {}, false, false
if not known then
  for n, kind in ipairs(KINDS) do
    local stood_since, stood_epoch = tonumber(ARGV[13 + 2 * n]), ARGV[14 + 2 * n]
    if to[kind] and stood_since then
      local state = read(CHANNELS, kind .. ' ' .. to[kind])
      if not state or state.epoch ~= stood_epoch then
        since[kind], again = math.min(stood_since, now), true
      elseif tonumber(redis.call('HGET', CHANNELS, trace_of(kind .. ' ' .. to[kind], ARGV[8])) or -1) == stood_since then
        since[kind], back = math.min(stood_since, now), true
      end
    end
  end
end

if ARGV[19] == '1' and not again then return { '', before or '', 0, 0, '' } end

local client = known or { uid = ARGV[8], uname = ARGV[9], key = ARGV[7], node = '', logs = false }
local steps = relocate(client, to, now, since)
local change = ''
if #steps > 0 or client.logs ~= to.logs then
  local cause = back and 'back' or again and 'again' or known and 'move' or 'join'
  change = record(cause, client, place_of((again or back) and to or client), place_of(to), now, steps)
end

if not somewhere then
  forget(id, client)
else
  redis.call('ZADD', SEEN, now, id)
  if not known then
    local ids = read(USERS, client.uid) or {}
    ids[#ids + 1] = id
    save(USERS, client.uid, ids)
  end
  if client.node ~= node then
    if client.node ~= '' then redis.call('ZREM', OWNERS, client.node .. '\n' .. id) end
    add(OWNERS, 0, node .. '\n' .. id)
    if not redis.call('ZSCORE', NODES, node) then add(NODES, node_ends, node) end
  end
  if change ~= '' or client.node ~= node then
    client.room, client.activity, client.logs, client.node = to.room, to.activity, to.logs, node
    save(CLIENTS, id, client)
  end
  add(LEASES, ends, id)
end
local stands = {}
if change == '' and ARGV[20] == '1' then
  for _, kind in ipairs(KINDS) do
    local spot = to[kind] and kind .. ' ' .. to[kind]
    local state, there = spot and read(CHANNELS, spot), spot and read(PRESENCES, spot .. '\n' .. client.uid)
    if state and there then
      stands[#stands + 1] = { kind = kind, channel = to[kind], since = there.since, epoch = state.epoch }
    end
  end
end
return { change, before or '', digits(told.ms), told.dropped, stands[1] and cjson.encode(stands) or '' }
