-- Clients shook hands, or are said again by the process that has them, after it was away or Redis had forgotten them.
-- KEYS 1 records (hash: clientId -> JSON {node, moves, subs, session})   2 due (sorted set: clientId by when it is over)
-- 3 born
-- ARGV 1 node   2 milliseconds that the clients live without being renewed   3 milliseconds that the keys live without a
-- heartbeat   4 what born was when the process said its clients before   then pairs: clientId, JSON of what is to be said:
-- {subs and session: all that the process knows, new: make it though nothing was forgotten, on and off: subscriptions that
-- were not written, who: whether the session was not written}
-- A record of this node is true but for what was not written. One that is missing was taken out by another process, unless
-- it is new or Redis forgot.
-- Returns, for every client that was known and every one that this process does not have any more, {clientId, record (false
-- when it is another's or nobody's)}.
local clock = redis.call('TIME')
local due = clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[2]
local forgot = redis.call('GET', KEYS[3]) ~= ARGV[4]
local known = {}
for i = 5, #ARGV, 2 do
  local id = ARGV[i]
  local said = cjson.decode(ARGV[i + 1])
  local text = redis.call('HGET', KEYS[1], id)
  local record = text and cjson.decode(text)
  local mine = true
  if record and record.node == ARGV[1] then
    for _, channel in ipairs(said.on) do
      record.subs[channel] = 1
    end
    for _, channel in ipairs(said.off) do
      record.subs[channel] = nil
    end
    record.session = said.who and said.session or record.session or said.session
    text = cjson.encode(record)
    known[#known + 1] = { id, text }
  elseif not record and (forgot or said.new) then
    text = cjson.encode({ node = ARGV[1], moves = 0, subs = said.subs, session = said.session })
  else
    mine = false
    known[#known + 1] = { id, false }
  end
  if mine then
    redis.call('HSET', KEYS[1], id, text)
    redis.call('ZADD', KEYS[2], due, id)
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[3])
end
return known
