--- What an operation and a node cost the engine, and whether that grows with their number.
local blueprint = require("blueprint")

local WORKERS = 16

--- One install: processor time of the engine per operation, its peak, and its memory at rest.
local function install(programs, nodes)
   local store = "cost-" .. nodes
   local path = blueprint.write(("%s/cost-%d"):format(programs.work, nodes), nodes)
   local run = programs:measure(store, "install", path, "-d", "app", "-j", WORKERS)
   programs:check_started(store, "app", nodes)
   return {
      nodes = nodes,
      us = run.own_cpu_ms * 1000 / (nodes * #blueprint.install_operations),
      peak_kb = run.max_rss_kb,
      rest_kb = programs:numbers("rest", programs:store(store), "app").growth_kb,
   }
end

local function per_node(from, to, what)
   return (to[what] - from[what]) / (to.nodes - from.nodes)
end

return function(programs, report, sizes)
   local first, last
   for _, nodes in ipairs(sizes.cost_nodes) do
      last = install(programs, nodes)
      report:row(("cost_%d_us"):format(nodes),
                 ("engine, processor time of an operation, %d nodes, us"):format(nodes), last.us,
                 "%.1f")
      if first then
         report:row(("cost_%d_ratio"):format(nodes), ("  as against %d nodes"):format(first.nodes),
                    last.us / math.max(first.us, 0.1), "%.3f", {"<", 1.15})
      end
      first = first or last
   end
   report:row("node_peak_kb", "a node with its instance at the peak of an install, KB",
              per_node(first, last, "peak_kb"), "%.1f", {"<", 10})
   report:row("node_rest_kb", "  at rest, KB", per_node(first, last, "rest_kb"), "%.1f", {"<", 3})
end
