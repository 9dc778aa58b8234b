-- Where a user is.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1 uid
-- @return for each presence: kind, channel, its record, the last proof of life of a client that is there

local uid = ARGV[1]
local ids = read(USERS, uid) or {}
if #ids == 0 then return {} end

local records = redis.call('HMGET', CLIENTS, unpack(ids))
local proofs = redis.call('ZMSCORE', SEEN, unpack(ids))
local places, latest = {}, {}
for n in ipairs(ids) do
  local client = records[n] and cjson.decode(records[n]) or {}
  for _, kind in ipairs(KINDS) do
    local channel = client[kind]
    local spot = channel and kind .. ' ' .. channel
    if spot and not latest[spot] then places[#places + 1] = { kind, channel, spot } end
    if spot then latest[spot] = math.max(latest[spot] or 0, tonumber(proofs[n] or 0)) end
  end
end

local answer = {}
for _, place in ipairs(places) do
  local there = redis.call('HGET', PRESENCES, place[3] .. '\n' .. uid)
  if there then
    for _, value in ipairs({ place[1], place[2], there, digits(latest[place[3]]) }) do answer[#answer + 1] = value end
  end
end
return answer
