-- Signs in with the next user's address, and counts answers that are no tokens. TOKENS_FILE has an address a line.
local bodies = {}
local position = 0
wrong = 0
refused = 0

local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }

function init()
    for email in io.lines(os.getenv("TOKENS_FILE")) do
        local body = "username=" .. email .. "&password=" .. os.getenv("PASSWORD")
        bodies[#bodies + 1] = wrk.format("POST", nil, headers, body)
    end
end

function request()
    position = position % #bodies + 1
    return bodies[position]
end

local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

function response(status, headers, body)
    if status == 503 then
        refused = refused + 1
    elseif status ~= 200 or not body:find('"access_token"', 1, true) then
        wrong = wrong + 1
    end
end

function done()
    local total, all = 0, 0
    for _, thread in ipairs(threads) do
        total = total + thread:get("wrong")
        all = all + thread:get("refused")
    end
    print("Wrong answers: " .. total)
    print("Refused answers: " .. all)
end
