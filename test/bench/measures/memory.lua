--- What one instance more of a node costs the engine.
local blueprint = require("blueprint")

local function install(programs, instances)
   local store = "instances-" .. instances
   local path = blueprint.write_instances(("%s/instances-%d"):format(programs.work, instances),
                                          instances)
   local run = programs:measure(store, "install", path, "-d", "app", "-j", 2)
   programs:check_started(store, "app", instances)
   return run.max_rss_kb, programs:numbers("rest", programs:store(store), "app").growth_kb
end

return function(programs, report, sizes)
   local few, many = table.unpack(sizes.instances)
   local few_peak, few_rest = install(programs, few)
   local many_peak, many_rest = install(programs, many)
   report:row("instance_kb", "an instance at the peak of an install, KB",
              (many_peak - few_peak) / (many - few), "%.1f", {"<", 10})
   report:row("instance_rest_kb", "  at rest, KB", (many_rest - few_rest) / (many - few), "%.1f",
              {"<", 3})
end
