-- Sends each request with the next user's token, and counts answers that are not ten strategies.
local heads = {}
local position = 0
wrong = 0

function init()
    for token in io.lines(os.getenv("TOKENS_FILE")) do
        heads[#heads + 1] = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. token })
    end
end

function request()
    position = position % #heads + 1
    return heads[position]
end

local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

function response(status, headers, body)
    if status ~= 200 or #body < 2000 or body:byte(1) ~= 91 then
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
