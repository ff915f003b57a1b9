-- Refreshes sessions without end: each answer's refresh token is the next request's. TOKENS_FILE has one a line, more of them
-- than there are connections.
local waiting = {}
local first, last = 1, 0
wrong = 0

local headers = { ["Content-Type"] = "application/json" }

function init()
    for token in io.lines(os.getenv("TOKENS_FILE")) do
        last = last + 1
        waiting[last] = token
    end
end

function request()
    local token = waiting[first]
    waiting[first] = nil
    first = first + 1
    return wrk.format("POST", nil, headers, '{"refresh_token":"' .. token .. '"}')
end

local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

function response(status, headers, body)
    local token = status == 200 and body:match('"refresh_token":"([^"]+)"')
    if token then
        last = last + 1
        waiting[last] = token
    else
        wrong = wrong + 1
    end
end

function done()
    local total = 0
    for _, thread in ipairs(threads) do
        total = total + thread:get("wrong")
    end
    print("Wrong answers: " .. total)
end
