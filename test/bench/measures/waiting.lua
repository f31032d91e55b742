--- Async operations that all wait at the same time.
local waiting = require("waiting")

--- A worker takes at most a thousand of them.
local WORKERS = 16

return function(programs, report, sizes)
   local count = sizes.waiting
   local path = waiting.write(programs.work .. "/waiting", count)
   local run = programs:numbers("watch", "--until", "task_started", count,
                                programs:cfy("waiting", "install", path, "-d", "app", "-j", WORKERS,
                                             "--json"))
   report:row("waiting_ms", ("until %d operations wait in cloudify.aio, ms"):format(count),
              run.reached_ms, "%.0f")
   report:row("waiting_engine_kb", "  memory of the engine then, KB", run.engine_kb, "%d")
   report:row("waiting_workers", "  workers", run.workers, "%d")
   report:row("waiting_worker_kb", "  memory of the largest, KB", run.largest_worker_kb, "%d")
   report:row("waiting_workers_kb", "  memory of all, shared pages counted in each, KB",
              run.workers_kb, "%d")
end
