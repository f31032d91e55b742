--- What a script costs as an operation, one after the other: fork, exec, three ctx commands.
local scripts = require("scripts")

local function install(programs, count, with_script)
   local name = with_script and "scripts" or "no-scripts"
   local path = scripts.write(programs.work .. "/" .. name, count, with_script)
   local run = programs:measure(name, "install", path, "-d", "app", "-j", 1)
   programs:check_started(name, "app", count)
   return run
end

return function(programs, report, sizes)
   local count = sizes.script_nodes
   local without, with = install(programs, count, false), install(programs, count, true)
   report:row("script_ms", "script operation with three ctx commands, one worker, ms",
              (with.wall_ms - without.wall_ms) / count, "%.2f", {"<", 15})
   report:row("script_cpu_ms", "  processor time of all that takes part in it, ms",
              (with.cpu_ms - without.cpu_ms) / count, "%.2f")
   local bare = programs:numbers("measure", "sh", "-c",
                                 scripts.bare_loop(programs.work .. "/scripts", count))
   report:row("script_bare_ms", "  the same processes without an operation, ms",
              bare.wall_ms / count, "%.2f")
end
