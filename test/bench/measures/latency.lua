--- How long one trivial operation takes, with one worker and so one after the other: from the
--- commit that says that it is sent to the one that says that it has succeeded.
local blueprint = require("blueprint")

return function(programs, report, sizes)
   local path = blueprint.write(programs.work .. "/latency", sizes.latency_nodes)
   local run = programs:numbers("watch", programs:cfy("latency", "install", path, "-d", "app",
                                                      "-j", 1, "--json"))
   programs:check_started("latency", "app", sizes.latency_nodes)
   if not run.median_ms then
      programs.fail("latency: with one worker, operations have overlapped")
   end
   report:row("operation_median_ms", ("one operation, sent to succeeded, median of %d, ms")
      :format(run.succeeded), run.median_ms, "%.3f")
   report:row("operation_p99_ms", "  99th percentile", run.p99_ms, "%.3f")
end
