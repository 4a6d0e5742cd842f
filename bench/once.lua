-- Every path of the file PATHS once, over the connections that wrk was given; then how many there were, how many were refused, and how
-- many seconds it took. The clock starts with the first request.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long s; long ns; } moment; int clock_gettime(int, moment *); ]]
local now = ffi.new("moment")
local function seconds()
    ffi.C.clock_gettime(1, now)
    return tonumber(now.s) + tonumber(now.ns) / 1e9
end

local paths, asked, answered, refused, began = {}, 0, 0, 0, nil
for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end

request = function()
    began = began or seconds()
    asked = asked + 1
    return wrk.format("GET", paths[math.min(asked, #paths)])
end

response = function(status)
    answered = answered + 1
    if status ~= 200 then refused = refused + 1 end
    if answered == #paths then
        print(string.format("%d %d %.6f", #paths, refused, seconds() - began))
        io.stdout:flush()
        os.exit(0)
    end
end
