--- Tells which lines of the runtime's own Lua the specs have run: `lua-runner tools/coverage.lua
--- NOTES FILE...`, FILEs being sources below lua/ or plugins/script/, NOTES what CFY_COVERAGE named
--- while the specs ran.
local coverage = require("cloudify.plugin_kit.coverage")

local run, results = coverage.read(arg[1]), {}
for i = 2, #arg do
   local path = arg[i]
   local name = path:gsub("^lua/", ""):gsub("^plugins/script/", "")
   local chunk = assert(loadfile(path))
   table.insert(results, coverage.compare(name, chunk, run[name] or {}))
end
io.write(coverage.table(results))
