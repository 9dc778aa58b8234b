-- The time of the server that has a partition's keys: one clock for all, also where each server of a cluster has its own.
-- KEYS 1-12: clients leases seen owners nodes users channels vacant presences roster journal meta (see common.lua)
-- @return {seconds, microseconds}

return redis.call('TIME')
