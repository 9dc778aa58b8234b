-- A client is given over: it came to a process that does not have it, or the one that has it ends.
-- Each of the two gets a marker in the order of all messages. What follows it is the taker's, what was before the giver's.
-- KEYS 1 records   2 due   3 nodes (sorted set: node by until when it lives)   4 born (string: when the records began)
-- ARGV 1 clientId   2 the taker   3 milliseconds that the client lives without being renewed   4 what begins the names of
-- the nodes' channels   5 the node that gives it, '' when the taker asks   6 milliseconds that the taker lives on
-- without a heartbeat, at least: nothing is done when the giver has the client no more, or the taker may be dead or ends too
-- Publishes on ARGV[4] .. <node>, to the taker {t: 'took', id, moves, record, from (absent when that node is dead)},
-- and to the giver, if alive, {t: 'give', id, moves, to}.
-- Returns {1, record}; {0, milliseconds since the records began} when nobody knows the client.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  local born = redis.call('GET', KEYS[4])
  return { 0, born and now - tonumber(born) or 0 }
end
local record = cjson.decode(text)
local from = record.node
if ARGV[5] ~= '' then
  local ends = redis.call('ZSCORE', KEYS[3], ARGV[2])
  if ARGV[5] ~= from or not ends or tonumber(ends) < now + ARGV[6] then
    return { 1, text }
  end
end
record.node = ARGV[2]
record.moves = record.moves + 1
text = cjson.encode(record)
redis.call('HSET', KEYS[1], ARGV[1], text)
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
local lease = from ~= ARGV[2] and redis.call('ZSCORE', KEYS[3], from)
local alive = lease and tonumber(lease) > now
local took = { t = 'took', id = ARGV[1], moves = record.moves, record = text, from = alive and from or nil }
redis.call('PUBLISH', ARGV[4] .. ARGV[2], cjson.encode(took))
if alive then
  local give = { t = 'give', id = ARGV[1], moves = record.moves, to = ARGV[2] }
  redis.call('PUBLISH', ARGV[4] .. from, cjson.encode(give))
end
return { 1, text }
