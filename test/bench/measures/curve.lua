--- Parsing and planning, by the number of nodes.
local topology = require("topology")

--- The middle of several runs of a program that prints numbers, by user time.
local function middle(programs, count, ...)
   local runs = {}
   for i = 1, count do
      runs[i] = programs:numbers(...)
   end
   table.sort(runs, function(a, b) return a.user_ms < b.user_ms end)
   return runs[(count + 1) // 2]
end

local function write(programs, kind, nodes)
   local path = ("%s/%s-%d.yaml"):format(programs.work, kind, nodes)
   local file <close> = assert(io.open(path, "w"))
   assert(file:write(topology.text(kind, nodes)))
   return path
end

--- In a process that does nothing else, and in cfy.
local function measure_point(programs, report, runs, kind, point)
   local path = write(programs, kind, point.nodes)
   local plan = middle(programs, runs, "plan", path)
   local validate = middle(programs, runs, "measure", programs:cfy("plan", "validate", path))
   if plan.nodes ~= point.nodes or plan.instances ~= point.nodes then
      programs.fail("%s: %d nodes with %d instances", path, plan.nodes, plan.instances)
   end
   local time = point.user_ms and {"<", point.user_ms}
   local memory = point.max_rss_mb and {"<", point.max_rss_mb}
   local key = ("plan_%s_%d_"):format(kind, point.nodes)
   report:row(key .. "user_ms",
              ("parse and plan %d nodes, %s type, user ms"):format(point.nodes, kind),
              plan.user_ms, "%.1f", time)
   report:row(key .. "max_rss_mb", "  peak memory, MB", plan.max_rss_kb / 1024, "%.1f", memory)
   report:row(key .. "validate_user_ms", "  cfy validate, user ms", validate.user_ms, "%.1f", time)
   report:row(key .. "validate_max_rss_mb", "  cfy validate, peak memory, MB",
              validate.max_rss_kb / 1024, "%.1f", memory)
end

return function(programs, report, sizes)
   for _, kind in ipairs(topology.kinds) do
      for _, point in ipairs(sizes.curve) do
         measure_point(programs, report, sizes.curve_runs, kind, point)
      end
   end
end
