--- Going on with an install whose engine was killed when half of its operations had succeeded.
local blueprint = require("blueprint")

local WORKERS = 16

--- The id of the execution that was cut off.
local function cut_off(programs, path, operations)
   programs:numbers("watch", "--until", "task_succeeded", operations // 2,
                    programs:cfy("resume", "install", path, "-d", "app", "-j", WORKERS, "--json"))
   local list = programs:capture(programs:cfy("resume", {"executions", "list"}, "app", "--json"))
   return list:match('"id"%s*:%s*"([^"]+)"')
end

return function(programs, report, sizes)
   local nodes = sizes.resume_nodes
   local operations = nodes * #blueprint.install_operations
   local path = blueprint.write(programs.work .. "/resume", nodes)
   local id = cut_off(programs, path, operations)
   local run = programs:numbers("watch", programs:cfy("resume", {"executions", "resume"}, id,
                                                      "--reset-operations", "--json"))
   programs:check_started("resume", "app", nodes)
   report:row("resume_ms", ("resume of an install of %d operations, half done, ms")
      :format(operations), run.wall_ms, "%.0f")
   report:row("resume_first_ms", "  until the first operation is sent", run.first_sent_ms, "%.0f")
   report:row("resume_operations_per_second", "  operations/s from then on",
              run.succeeded / (run.wall_ms - run.first_sent_ms) * 1000, "%.0f")
end
