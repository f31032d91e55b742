--- Operations that write into a journal what they do. Each line says
---     KIND WORKFLOW KEY KIND-OF-OPERATION FRESH-OR-RESUMED PID RUN
--- where KEY is `NODE/OPERATION` and RUN the number of the cfy process in the round.
---
--- begin and end are the ends of an operation; `again` ends one that asks for a retry; `overlap`,
--- `orphan` and `woke` stand for what must never happen.
local aio = require("cloudify.aio")
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
local processes = require("chaos.processes")

local tasks = {}

local ROUND = "CHAOS_ROUND=" .. tostring(os.getenv("CHAOS_ROUND"))
local RUN = tostring(os.getenv("CHAOS_RUN"))
-- One that was killed is gone within a moment.
local DYING = 0.1

---@class chaos.Run  one run of one operation
---@field name string of the operation
---@field node any
---@field folder string
---@field rest string of its lines in the journal
local Run = {}
Run.__index = Run

local function new_run(ctx, declared)
   local end_of_name = ctx.operation.name:match("[^.]+$")
   local node = ctx.type == "node-instance" and ctx.node or ctx.source.node
   local pid, parent = processes.self()
   local run = setmetatable({ctx = ctx, name = end_of_name, node = node, pid = pid,
      engine = parent, folder = node.properties.folder}, Run)
   run.key = ctx.workflow_id .. " " .. node.name .. "/" .. end_of_name
   run.rest = ("%s %s %s %s %s"):format(run.key, declared, ctx.resume and "resumed" or "fresh", pid,
      RUN)
   return run
end

function Run:path(name)
   return files.join(self.folder, name)
end

--- A line is one write(2), so that those of several workers do not mingle.
function Run:note(kind)
   local journal <close> = assert(io.open(self:path("journal"), "a"))
   journal:write(kind .. " " .. self.rest .. "\n")
end

--- What an operation of this kind is known by in the environment of what it starts.
function Run:mark()
   return "CHAOS_KEY=" .. self.key:gsub(" ", ":")
end

--- Whether any of these processes is still there after the time that dying may take.
local function still_there(find)
   local found = find()
   if #found > 0 then
      aio.sleep(DYING)
      found = find()
   end
   return #found > 0 and processes.describe(found)
end

--- Whether the latest run has not come to its end; the pid of its worker.
function Run:unfinished()
   local pid
   local pattern = "^(%a+) " .. self.key:gsub("%p", "%%%0") .. " %a+ %a+ (%d+) "
   for line in files.read(self:path("journal")):gmatch("[^\n]+") do
      local kind, worker = line:match(pattern)
      if kind == "begin" then
         pid = worker
      elseif kind == "end" or kind == "again" then
         pid = nil
      end
   end
   return pid
end

--- Nothing of an earlier run of this operation may be at work, neither its worker nor its children.
function Run:check_alone()
   local before = self:unfinished()
   local alive = before and still_there(function()
      local found = processes.find(nil, ROUND, self:mark())
      if before ~= self.pid and processes.has(before, ROUND) then
         table.insert(found, before)
      end
      return found
   end)
   if alive then
      self:note("overlap")
      print("overlap with " .. alive)
   end
end

--- Once in each process of cfy: nothing of the one before may be alive when operations run again.
function Run:check_orphans()
   local done = self:path("checked-" .. RUN)
   if files.exists(done) then
      return
   end
   local alive = still_there(function()
      return processes.find(function(pid) return processes.has(pid, "CHAOS_RUN=" .. RUN) end, ROUND)
   end)
   if alive then
      self:note("orphan")
      print("orphans: " .. alive)
   end
   files.write(done, "")
end

--- Once where the round wants it: be killed, as engine, as worker, or both, while a child sleeps.
function Run:sleep_deeply()
   local path = self:path("sleepy-" .. self.key:gsub("[ /]", "-"))
   if not files.exists(path) then
      return
   end
   local victims = files.read(path):gsub("engine", self.engine):gsub("worker", self.pid)
   os.remove(path)
   os.execute(("export %s; sleep 0.05; kill -9 %s; sleep 5; echo 'woke %s' >>%s"):format(
      self:mark(), victims, self.rest, self:path("journal")))
end

local function targets(ctx)
   local found = {}
   for _, relationship in ipairs(ctx.instance.relationships) do
      table.insert(found, relationship.target.instance.runtime_properties)
   end
   return found
end

local does = {}

function does.nothing() end

function does.sleep(run)
   aio.sleep(run.node.properties.seconds)
end

--- Children see to it that their worker is not all that has to be ended.
function does.child(run)
   aio.run{command = ("%s sleep %g"):format(run:mark(), run.node.properties.seconds)}
end

function does.print(run)
   print(run.key .. " says something")
   run.ctx.logger:info("and logs something")
   os.execute("echo a child says something")
end

--- Saves on the way, so that an interruption leaves half of it.
function does.update(run)
   if run.ctx.type == "node-instance" then
      run.ctx.instance.runtime_properties[run.name .. "_half"] = true
      run.ctx.instance:update()
      aio.sleep(run.node.properties.seconds)
   end
end

--- Each is the sum of those that it depends on: wrong if one of them ran too late.
function does.sum(run)
   if run.ctx.type == "node-instance" and run.name == "start" then
      local sum = 1
      for _, properties in ipairs(targets(run.ctx)) do
         sum = sum + (properties.sum or 1)
      end
      run.ctx.instance.runtime_properties.sum = sum
   end
end

--- Asks to be called again.
function does.retry(run)
   return run.ctx.operation.retry_number == 0
end

local function perform(ctx, declared)
   local run = new_run(ctx, declared)
   run:check_orphans()
   run:check_alone()
   run:note("begin")
   run:sleep_deeply()
   local again = does[run.node.properties.does](run)
   if ctx.type == "node-instance" and not again then
      ctx.instance.runtime_properties[run.name] = true
   end
   run:note(again and "again" or "end")
   if again then
      return ctx.operation:retry("not yet", 0.02)
   end
end

local function resumable(ctx) return perform(ctx, "resumable") end
local function rigid(ctx) return perform(ctx, "rigid") end

tasks.resumable = operation{resumable = true}(resumable)
tasks.resumable_async = operation{resumable = true, async = true}(resumable)
tasks.rigid = operation(rigid)
tasks.rigid_async = operation{async = true}(rigid)

return tasks
