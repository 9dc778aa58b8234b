-- Who is in a channel, longest present first.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- ARGV 1 the spot; 2 at most how many users, -1 for all
-- @return {the channel's record, and for each user: uid, the presence's record}; nothing when nobody was there

local spot = ARGV[1]
local state = redis.call('HGET', CHANNELS, spot)
if not state then return {} end

local rows = redis.call('ZRANGEBYLEX', ROSTER, '[' .. spot .. '\n', '(' .. spot .. '\011', 'LIMIT', 0, ARGV[2])
-- A row is the spot, 15 digits, 10 digits and the uid, a line each.
local uid_at = #spot + 1 + 16 + 11 + 1
local answer = { state }
-- A call takes some thousands of arguments at most.
for first = 1, #rows, 1000 do
  local uids, fields = {}, {}
  for n = first, math.min(first + 999, #rows) do
    uids[#uids + 1] = string.sub(rows[n], uid_at)
    fields[#fields + 1] = spot .. '\n' .. uids[#uids]
  end
  for n, there in ipairs(redis.call('HMGET', PRESENCES, unpack(fields))) do
    if there then
      answer[#answer + 1] = uids[n]
      answer[#answer + 1] = there
    end
  end
end
return answer
