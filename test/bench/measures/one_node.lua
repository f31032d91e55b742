--- From the start of the process to its exit, with the smallest blueprint there is.
local blueprint = require("blueprint")

local function median(sorted)
   return (sorted[(#sorted + 1) // 2] + sorted[#sorted // 2 + 1]) / 2
end

return function(programs, report, sizes)
   local path = blueprint.write(programs.work .. "/one", 1)
   local times, count = {}, sizes.one_node_runs
   for i = 1, count do
      times[i] = programs:measure("one", "install", path, "-d", "one-" .. i).wall_ms
   end
   programs:check_started("one", "one-" .. count, 1)
   local first = times[1]
   table.sort(times)
   report:row("one_node_median_ms", ("one-node install, start to exit, median of %d, ms")
      :format(count), median(times), "%.1f", {"<", 25})
   report:row("one_node_first_ms", "  the first, which creates the store", first, "%.1f")
   report:row("one_node_max_ms", "  the slowest", times[#times], "%.1f")
end
