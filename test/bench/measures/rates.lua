--- Durable operations a second of install and uninstall, by nodes and workers, beside the bare
--- probe with as many workers in the same minute. Times are those of the whole process, from its
--- start to its exit, parsing and planning included.
local blueprint = require("blueprint")

--- With fewer nodes it is the start of the process that counts, and a probe says nothing of that.
local ENOUGH_FOR_PROBE = 1000
local MOST_RUNS = 5

local function rate(nodes, operations, run)
   return nodes * #operations / run.wall_ms * 1000
end

local function best(runs)
   table.sort(runs, function(a, b) return a.wall_ms < b.wall_ms end)
   return runs[1]
end

--- Install and uninstall; the fastest of several runs, as what slows one down is others' work.
local function run(programs, sizes, path, nodes, workers)
   local store = ("rates-%d-%d"):format(nodes, workers)
   local installs, uninstalls = {}, {}
   for i = 1, math.max(1, math.min(MOST_RUNS, sizes.rate_nodes_in_all // nodes)) do
      local id = "app-" .. i
      installs[i] = programs:measure(store, "install", path, "-d", id, "-j", workers)
      programs:check_started(store, id, nodes)
      uninstalls[i] = programs:measure(store, "uninstall", id, "-j", workers)
   end
   return best(installs), best(uninstalls)
end

local function run_beside_probe(programs, sizes, path, nodes, workers)
   local before = programs:probe(workers, sizes.probe_operations)
   local install, uninstall = run(programs, sizes, path, nodes, workers)
   local after = programs:probe(workers, sizes.probe_operations)
   return install, uninstall, {
      operations_per_second = (before.operations_per_second + after.operations_per_second) / 2,
      commit_us = (before.commit_us + after.commit_us) / 2,
   }
end

local function measure(programs, report, sizes, nodes, workers)
   local path = blueprint.write(("%s/nodes-%d"):format(programs.work, nodes), nodes)
   local key = ("rate_%d_%d_"):format(nodes, workers)
   local install, uninstall, probe
   if nodes >= ENOUGH_FOR_PROBE then
      install, uninstall, probe = run_beside_probe(programs, sizes, path, nodes, workers)
   else
      install, uninstall = run(programs, sizes, path, nodes, workers)
   end
   local installed = rate(nodes, blueprint.install_operations, install)
   report:row(key .. "install", ("install, %d nodes, -j %d, operations/s"):format(nodes, workers),
              installed, "%.0f")
   report:row(key .. "uninstall", "  uninstall", rate(nodes, blueprint.uninstall_operations,
                                                       uninstall), "%.0f")
   if probe then
      report:row(key .. "probe", "  bare probe, operations/s", probe.operations_per_second, "%.0f")
      report:row(key .. "ratio", "  install / probe", installed / probe.operations_per_second,
                 "%.3f")
   end
end

--- The installation that the targets speak of, told in full.
local function measure_busiest(programs, report, sizes)
   local nodes, workers = sizes.busiest.nodes, sizes.busiest.workers
   local path = blueprint.write(programs.work .. "/busiest", nodes)
   local validate = programs:measure("busiest", "validate", path)
   local install, uninstall, probe = run_beside_probe(programs, sizes, path, nodes, workers)
   local installed = rate(nodes, blueprint.install_operations, install)
   report:row("validate_ms", ("validate, %d nodes, ms"):format(nodes), validate.wall_ms, "%.0f")
   report:row("install_ms", ("install, %d nodes, -j %d, ms"):format(nodes, workers),
              install.wall_ms, "%.0f")
   report:row("install_cpu_ms", "  processor time of engine and workers", install.cpu_ms, "%.0f")
   report:row("install_engine_cpu_ms", "  processor time of the engine", install.own_cpu_ms, "%.0f")
   report:row("install_operations_per_second", "  operations/s", installed, "%.0f", {">=", 5000})
   report:row("engine_max_rss_kb", "  peak memory of the engine, KB", install.max_rss_kb, "%d")
   report:row("worker_max_rss_kb", "  peak memory of the largest worker, KB",
              install.max_child_rss_kb, "%d")
   report:row("uninstall_ms", "uninstall, ms", uninstall.wall_ms, "%.0f")
   report:row("uninstall_operations_per_second", "  operations/s",
              rate(nodes, blueprint.uninstall_operations, uninstall), "%.0f")
   report:row("probe_operations_per_second", "bare probe, operations/s",
              probe.operations_per_second, "%.0f")
   report:row("probe_commit_us", "  one durable commit, microseconds", probe.commit_us, "%.0f")
   report:row("ratio", "install / probe", installed / probe.operations_per_second, "%.3f",
              {">=", 0.5})
end

return function(programs, report, sizes)
   for _, nodes in ipairs(sizes.rate_nodes) do
      for _, workers in ipairs(sizes.rate_workers) do
         measure(programs, report, sizes, nodes, workers)
      end
   end
   measure_busiest(programs, report, sizes)
end
