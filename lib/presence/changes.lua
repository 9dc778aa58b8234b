-- How a client goes from one place to another, and how that is written down. Put behind common.lua for scripts that do.
-- ARGV of all those scripts: 1 now; 2 the node that asks; 3 the latest position's milliseconds that it knows of;
-- 4 how many changes the journal holds; 5 an epoch for channels that begin; the last: where other processes hear of
-- changes (a channel of pub/sub, and behind a newline what the message begins with; it ends in ']]'), or ''.

local now, node, floor, holds, new_epoch = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local told_on, told_as = string.match(ARGV[#ARGV], '^(.-)\n(.*)$')

-- The asking node knows of a later position: Redis has lost what came after its own, because it was emptied or took up an
-- older copy. Every channel begins another epoch, so that nobody takes its numbers for those of before.
if floor > tonumber(redis.call('HGET', META, 'ms') or 0) then
  redis.call('HSET', META, 'ms', digits(floor + 1), 'n', 0)
  local spots = redis.call('HKEYS', CHANNELS)
  for _, spot in ipairs(spots) do
    local state = read(CHANNELS, spot)
    -- A trace of somebody lost is but a number.
    if type(state) == 'table' then
      state.epoch = new_epoch
      save(CHANNELS, spot, state)
    end
  end
  keep()
end

-- What a script tells of the journal: the milliseconds of its last position, and how many changes fell out if any did now.
local told = { ms = 0, dropped = 0 }

-- Positions grow, also when the clock goes back. Other processes are told by the same step, so that they hear of a change
-- also when the asking one never gets the answer.
local function write(change)
  local last = redis.call('HMGET', META, 'ms', 'n')
  local ms, n = tonumber(last[1] or 0), tonumber(last[2] or 0)
  if now > ms then ms, n = now, 0 else n = n + 1 end
  redis.call('HSET', META, 'ms', digits(ms), 'n', digits(n))
  redis.call('XADD', JOURNAL, digits(ms) .. '-' .. digits(n), 'c', change)
  told.ms = ms
  if told_on then redis.call('PUBLISH', told_on, told_as .. change .. ']]') end
  local length = redis.call('XLEN', JOURNAL)
  if length == 1 then keep() end
  if length <= holds then return end
  told.dropped = redis.call('HINCRBY', META, 'dropped', redis.call('XTRIM', JOURNAL, 'MAXLEN', digits(holds)))
end

-- Joined, not formatted as a whole: a formatted string would end at a NUL in the uid.
local function row_of(spot, there, uid)
  return spot .. '\n' .. string.format('%015.0f\n%010.0f\n', there.since, there.v) .. uid
end

local function step_of(type, kind, channel, presence, since, at, state)
  return cjson.encode({
    type = type, kind = kind, channel = channel, presence = presence, since = since, at = at,
    epoch = state.epoch, v = state.v, count = state.count,
  })
end

-- What is left of a presence whose last client was lost: when it began. If the client was there after all, it goes on. Lies
-- among the channels, is forgotten like one that was emptied, and is no more when the user comes otherwise.
local function trace_of(spot, uid)
  return 'lost ' .. spot .. '\n' .. uid
end

-- The presence begins with the first client, at `since`.
local function enter(client, kind, channel, since)
  local spot = kind .. ' ' .. channel
  local field = spot .. '\n' .. client.uid
  local state = read(CHANNELS, spot) or { epoch = new_epoch, v = 0, count = 0 }
  local there, presence = read(PRESENCES, field), 'kept'
  if there then
    there.clients = there.clients + 1
  else
    presence = 'began'
    redis.call('HDEL', CHANNELS, trace_of(spot, client.uid))
    state.v, state.count = state.v + 1, state.count + 1
    there = { since = since, left = since, uname = client.uname, clients = 1, v = state.v }
    redis.call('ZADD', ROSTER, 0, row_of(spot, there, client.uid))
    if state.count == 1 then redis.call('ZREM', VACANT, spot) end
    save(CHANNELS, spot, state)
  end
  save(PRESENCES, field, there)
  return step_of('join', kind, channel, presence, there.since, now, state)
end

-- The presence ends with the last client, at the last proof of life of any that was in it.
local function exit(client, kind, channel, at, traces)
  local spot = kind .. ' ' .. channel
  local field = spot .. '\n' .. client.uid
  local state, there = read(CHANNELS, spot), read(PRESENCES, field)
  if not state or not there then return nil end
  there.clients = there.clients - 1
  there.left = math.max(there.left, at)
  if there.clients > 0 then
    save(PRESENCES, field, there)
    return step_of('leave', kind, channel, 'kept', there.since, math.max(there.since, at), state)
  end
  state.v, state.count = state.v + 1, state.count - 1
  save(CHANNELS, spot, state)
  redis.call('HDEL', PRESENCES, field)
  redis.call('ZREM', ROSTER, row_of(spot, there, client.uid))
  if state.count == 0 then add(VACANT, now, spot) end
  if traces then
    local trace = trace_of(spot, client.uid)
    redis.call('HSET', CHANNELS, trace, digits(there.since))
    add(VACANT, now, trace)
  end
  return step_of('leave', kind, channel, 'ended', there.since, there.left, state)
end

-- Takes a client from its place to another (none: nowhere), leave steps first. `since` are beginnings other than now;
-- `traces`: whether presences that end leave a trace.
local function relocate(client, to, at, since, traces)
  local steps = {}
  for _, kind in ipairs(KINDS) do
    local channel = client[kind]
    if channel and channel ~= to[kind] then steps[#steps + 1] = exit(client, kind, channel, at, traces) end
  end
  for _, kind in ipairs(KINDS) do
    local channel = to[kind]
    if channel and channel ~= client[kind] then
      steps[#steps + 1] = enter(client, kind, channel, since[kind] or now)
    end
  end
  return steps
end

-- The place of a change: only where the login log counts the client, so that each visit has one line, whatever the number
-- of partitions that it lies in.
local function place_of(whose)
  if not whose.logs then return 'null' end
  return cjson.encode({ room = whose.room, activity = whose.activity })
end

-- Writes a change down. @return its JSON
local function record(cause, client, from, to, at, steps)
  local key = cjson.encode(client.key)
  local change = '{"cause":"' .. cause .. '","at":' .. digits(at) .. ',"id":' .. key .. ',"key":' .. key
    .. ',"user":' .. cjson.encode({ uid = client.uid, uname = client.uname })
    .. ',"from":' .. from .. ',"to":' .. to .. ',"steps":[' .. table.concat(steps, ',') .. ']}'
  write(change)
  return change
end

-- Forgets a client that is nowhere in this partition any more.
local function forget(id, client)
  redis.call('HDEL', CLIENTS, id)
  redis.call('ZREM', LEASES, id)
  redis.call('ZREM', SEEN, id)
  redis.call('ZREM', OWNERS, client.node .. '\n' .. id)
  local others = {}
  for _, other in ipairs(read(USERS, client.uid) or {}) do
    if other ~= id then others[#others + 1] = other end
  end
  if #others > 0 then save(USERS, client.uid, others) else redis.call('HDEL', USERS, client.uid) end
end

-- Takes a client out of all its channels. @return the change's JSON
local function dismiss(id, client, at, cause, traces)
  local steps = relocate(client, {}, at, {}, traces)
  forget(id, client)
  return record(cause, client, place_of(client), 'null', at, steps)
end
