--- What the journal of a round must look like; its lines are explained in plugin/chaos/tasks.lua.
local journal = {}

---@class chaos.Line
---@field kind string
---@field workflow string
---@field key string NODE/OPERATION
---@field rigid boolean
---@field resumed boolean
---@field pid string
---@field run string

---@class chaos.Told  what the events of a workflow say of one operation
---@field interrupted integer how often its task failed as interrupted
---@field succeeded integer

local NEVER = {
   overlap = "began while an earlier run of it was still alive",
   orphan = "began while something of an earlier engine was still alive",
   woke = "has a child that lived on after its worker or engine was killed",
}

---@return chaos.Line[]
function journal.parse(text)
   local lines = {}
   for each in text:gmatch("[^\n]*\n?") do
      if each ~= "" then
         local kind, workflow, key, declared, how, pid, run =
            each:match("^(%a+) (%a+) (%S+) (%a+) (%a+) (%d+) (%d+)\n$")
         table.insert(lines, {kind = kind or "broken", workflow = workflow or "?",
            key = key or each, rigid = declared == "rigid", resumed = how == "resumed", pid = pid,
            run = run})
      end
   end
   return lines
end

--- Group the lines of a workflow by operation.
---@return table<string, chaos.Line[]>
local function by_key(lines, workflow)
   local found = {}
   for _, line in ipairs(lines) do
      if line.workflow == workflow then
         found[line.key] = found[line.key] or {}
         table.insert(found[line.key], line)
      end
   end
   return found
end

--- Walk through the runs of one operation; how many there were, and the problems met.
local function check_runs(lines, problem)
   local count, open, finished = 0, nil, false
   for _, line in ipairs(lines) do
      if NEVER[line.kind] then
         problem(NEVER[line.kind])
      elseif line.kind == "begin" then
         if open and not line.rigid and not line.resumed then
            problem("is repeated after an interruption without ctx.resume")
         end
         count, open, finished = count + 1, line, false
      elseif not open or open.pid ~= line.pid or open.run ~= line.run then
         problem("overlaps: a run ended that is not the latest")
      else
         open, finished = nil, line.kind == "end"
      end
   end
   if not finished then
      problem("did not come to its end")
   end
   return count
end

--- Check one operation that took part in a workflow which was completed.
---@param told chaos.Told?
local function check_operation(lines, told, problem)
   local count = check_runs(lines, problem)
   told = told or {interrupted = 0, succeeded = 0}
   if lines[1].rigid and count > 1 + told.interrupted then
      problem(("ran %d times, and failed as interrupted %d times"):format(count, told.interrupted))
   end
   if told.succeeded ~= 1 then
      problem(("has succeeded %d times"):format(told.succeeded))
   end
end

--- Problems of a workflow that was completed, in the end, as texts.
---@param lines chaos.Line[]
---@param workflow string
---@param expected table<string, true> the operations that must have run
---@param told table<string, chaos.Told>
---@return string[]
function journal.check(lines, workflow, expected, told)
   local problems = {}
   local keys = by_key(lines, workflow)
   local function problem_of(key)
      return function(text)
         table.insert(problems, ("%s: operation '%s' %s"):format(workflow, key, text))
      end
   end
   for _, line in ipairs(lines) do
      if line.kind == "broken" then
         table.insert(problems, ("the journal has a broken line: %q"):format(line.key))
      end
   end
   for key, own in pairs(keys) do
      check_operation(own, told[key], problem_of(key))
      if not expected[key] then
         problem_of(key)("ran, but not in the undisturbed run")
      end
   end
   for key in pairs(expected) do
      if not keys[key] then
         problem_of(key)("did not run")
      end
   end
   table.sort(problems)
   return problems
end

--- The operations that ran.
---@return table<string, true>
function journal.keys(lines, workflow)
   local keys = {}
   for key in pairs(by_key(lines, workflow)) do
      keys[key] = true
   end
   return keys
end

return journal
