-- What the scripts of one partition have in common: its keys, its records, and the steps of a client. Put in front of each.
--
-- KEYS, the same for every script, so that none makes up a name and all lie in one slot of a Redis Cluster:
--    1 clients    hash    id -> {uid, uname, key, room?, activity?, node, logs}; node '' is nobody's; logs: whether the
--                         login log counts the client on a channel of this partition
--    2 leases     zset    id -> when the lease ends
--    3 seen       zset    id -> the last proof of life
--    4 owners     zset    '<node>\n<id>', score 0: the clients of a node, by their order
--    5 nodes      zset    node -> when it counts as dead
--    6 users      hash    uid -> the list of the user's ids
--    7 channels   hash    spot -> {epoch, v, count}; a spot is '<kind> <channel>'; 'lost <spot>\n<uid>' -> since when a user was
--                         there who was taken for lost
--    8 vacant     zset    spot, or 'lost ...' -> when it was emptied
--    9 presences  hash    '<spot>\n<uid>' -> {since, left, uname, clients, v}; left: the last proof of life of clients that
--                         left already, at first `since`; v: the version with which the presence began
--   10 roster     zset    '<spot>\n<since>\n<v>\n<uid>', score 0: by their order the longest present come first
--   11 journal    stream  c -> the change, with the client's key for its id
--   12 meta       hash    ms, n -> the last position; dropped -> how many changes fell out of the journal
-- Times are whole milliseconds, and arguments. Every key expires, so that nothing outlives the site.

local CLIENTS, LEASES, SEEN, OWNERS, NODES, USERS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local CHANNELS, VACANT, PRESENCES, ROSTER, JOURNAL, META = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]

-- Every sweep keeps what is there for longer. The journal must wait for a ledger whose database is away for days.
local STATE_FOR, JOURNAL_FOR = 3600000, 7 * 24 * 3600000

local KINDS = { 'room', 'activity' }

local function keep()
  for n = 1, 10 do redis.call('PEXPIRE', KEYS[n], STATE_FOR) end
  for n = 11, 12 do redis.call('PEXPIRE', KEYS[n], JOURNAL_FOR) end
end

-- Adds to a sorted set. With its first member it is a new key, as others may be by the same script: they have no end yet.
local function add(set, score, member)
  redis.call('ZADD', set, score, member)
  if redis.call('ZCARD', set) == 1 then keep() end
end

local function read(hash, field)
  local record = redis.call('HGET', hash, field)
  return record and cjson.decode(record)
end

local function save(hash, field, record)
  redis.call('HSET', hash, field, cjson.encode(record))
end

local function digits(number)
  return string.format('%.0f', number)
end
