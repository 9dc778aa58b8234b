-- A client shook hands, or is said again by the process that has it, after this Redis had forgotten it.
-- KEYS 1 records (hash: clientId -> JSON {node, moves, subs, session})   2 due (sorted set: clientId by when it is over)
-- ARGV 1 node   2 until when the clients live   3 milliseconds that the keys live without a heartbeat   then pairs: clientId,
-- record
-- Returns the clientIds that belong to other nodes by now: those are left as they are.
local others = {}
for i = 4, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local record = known and cjson.decode(known)
  if record and record.node ~= ARGV[1] then
    others[#others + 1] = ARGV[i]
  else
    local said = ARGV[i + 1]
    if record then
      said = cjson.decode(said)
      said.moves = record.moves
      said = cjson.encode(said)
    end
    redis.call('HSET', KEYS[1], ARGV[i], said)
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[i])
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[3])
end
return others
