-- Charges several buckets at once: all of them, or none where one is too full. A bucket is a moment (microseconds since
-- 1970, Redis' own clock): the theoretical arrival time of the generic cell rate algorithm (ITU-T I.371, annex A).
-- KEYS: the buckets. ARGV: the cost in points, then for each bucket the microseconds that a point takes and its depth in points.
-- Returns whether it was charged (1, 0), then for each bucket the points that are left and the microseconds to wait.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local answer, moments = { 1 }, {}
for i, key in ipairs(KEYS) do
  local each, depth = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local moment = math.max(tonumber(redis.call('GET', key) or now), now)
  local wait = moment + cost * each - (now + depth * each)
  if wait > 0 then answer[1] = 0 end
  moments[i] = moment
  answer[2 * i + 1] = math.max(math.ceil(wait), 0)
end
for i, key in ipairs(KEYS) do
  local each, depth = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local moment = moments[i]
  if answer[1] == 1 then
    moment = moment + cost * each
    redis.call('SET', key, string.format('%.0f', moment), 'PX', math.max(math.ceil((moment - now) / 1000), 1))
  end
  answer[2 * i] = math.max(math.floor((now + depth * each - moment) / each), 0)
end
return answer
