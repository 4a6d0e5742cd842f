-- One draft after another, through the API, each with a title of its own.
local headers = { ["Authorization"] = "Bearer " .. os.getenv("TOKEN"), ["Content-Type"] = "application/json" }
local run, number = os.getenv("RUN"), 0

request = function()
    number = number + 1
    local body = string.format(
        '{"title":"Tide table %s %d","status":"draft","markdown":"High water at the quay was at six, and the lamps were lit."}',
        run, number)
    return wrk.format("POST", "/api/v1/posts", headers, body)
end
