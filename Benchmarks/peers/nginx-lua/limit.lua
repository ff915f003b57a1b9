-- A fixed window of a second for each caller, counted in Redis.
local redis = require "nginx.redis"

local limit = 5000

local client = redis:new()
client:set_timeout(100)
local connected = client:connect(ngx.var.redis_socket)
if not connected then
    return ngx.exit(500)
end
local key = "limit:" .. ngx.crc32_long(ngx.var.http_authorization or "") .. ":" .. math.floor(ngx.now())
local count = client:incr(key)
if count == 1 then
    client:expire(key, 2)
end
client:set_keepalive(60000, 64)
if not count then
    return ngx.exit(500)
end
if count > limit then
    return ngx.exit(429)
end
