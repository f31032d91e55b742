--- Keeps the benchmark running: all of it at its smallest, without a look at the figures.
local tap = dofile("test/tap.lua")

local BUILD = assert(arg[1], "usage: run_test.lua BUILD")
local JSON = BUILD .. "/bench-test.json"

local function bench(...)
   local command = ("test/bench/run '%s' --json '%s' %s 2>&1"):format(BUILD, JSON,
                                                                      table.concat({...}, " "))
   local pipe <close> = assert(io.popen(command))
   local output = pipe:read("a")
   local _, _, code = pipe:close()
   return code, output
end

local function read_json()
   local file <close> = assert(io.open(JSON))
   return file:read("a")
end

os.remove(JSON)
local code, output = bench("--small")
tap.equal(0, code, "all subjects are measured")
if code ~= 0 then
   print((output:gsub("[^\n]*\n", "# %0")))
   tap.done()
end

local json = read_json()
for _, key in ipairs{
   "plan_own_10_user_ms", "one_node_median_ms", "script_ms", "operation_p99_ms",
   "rate_20_2_uninstall", "ratio", "cost_60_ratio", "node_rest_kb", "instance_kb",
   "resume_first_ms", "waiting_worker_kb",
} do
   tap.check(json:find(('"%s": %%-?[%%d.]+'):format(key)), "the JSON has '%s'", key)
end
for _, label in ipairs{"one%-node install", "one operation, sent", "install, 20 nodes, %-j 2"} do
   tap.check(output:find("\n" .. label .. "[^\n]+ [%d.]+"), "the table has '%s'", label)
end
tap.check(output:find("target < 25:", 1, true), "targets stand beside the values")

code = bench("--small", "--only", "one-node")
json = read_json()
tap.equal(0, code, "some subjects can be chosen")
tap.check(json:find("one_node_median_ms", 1, true) and not json:find("ratio", 1, true),
          "only those are measured")

code, output = bench("--only", "speed")
tap.equal(2, code, "another subject is refused")
tap.check(output:find("no subject 'speed'", 1, true) and output:find("\n  waiting ", 1, true),
          "the refusal names those that there are")

local manual <close> = assert(io.open("docs/performance.md"))
local text = manual:read("a")
for subject in output:gmatch("\n  (%l[%l-]*) +%l") do
   tap.check(text:find("\n| `" .. subject .. "` |", 1, true), "the manual explains '%s'", subject)
end

os.remove(JSON)
tap.done()
