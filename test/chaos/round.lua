--- One round: install and uninstall, disturbed; then everything is checked.
local files = require("cloudify.files")

local faults = require("faults")
local journal = require("journal")
local new_world = require("world").new

local round = {}

local FAULTS_LIMIT = 4  -- faults in a workflow
local RESUMES_LIMIT = 8 -- resumes that it may take once nothing disturbs any more
local LIMITS = " -j 4 --task-retries 20 --task-retry-interval 0.05"

---@class chaos.Round
---@field world chaos.World
---@field variant "resumable"|"mixed"
---@field turn integer how often the deployment has been begun
---@field problems string[]
---@field story string[] what happened, for whoever looks at a failure
local Round = {}
Round.__index = Round

function Round:problem(fmt, ...)
   table.insert(self.problems, select("#", ...) > 0 and fmt:format(...) or fmt)
end

function Round:tell(fmt, ...)
   table.insert(self.story, fmt:format(...))
end

--- The command that goes on with a workflow, or nil if it is completed.
function Round:next_command(workflow)
   local execution, err = self.world:execution(workflow, self.turn)
   if err then
      self:problem("the store cannot be read: %s", err)
      return nil
   elseif not execution then
      return workflow == "install" and self.world.install or "uninstall app"
   elseif execution.status == "terminated" then
      return nil
   end
   return "executions resume " .. execution.id
end

--- Run cfy once, with a fault or without; the command that goes on, as next_command().
function Round:step(command, workflow, fault)
   local patience = fault and math.random(2) == 1 and "0.02" or "5"
   local line = command .. LIMITS .. " --wait-after-fail " .. patience
   local code, err = self.world:cfy(line, fault and fault.text)
   self.code = code
   local struck = fault and faults.has_struck(fault)
   self:tell("%d: %s, %s%s: %d", self.world.runs, command, fault and fault.name or "undisturbed",
      fault and not struck and " (did not strike)" or "", code)
   if fault then
      local wrong = faults.judge(fault, struck, code, err)
      if wrong then
         self:problem("run %d: %s", self.world.runs, wrong)
      end
   elseif code ~= 0
      and not (self.variant == "mixed" and err:find(faults.NOT_RESUMABLE, 1, true)) then
      self:problem("run %d, which nothing disturbed, ended with %d: %s", self.world.runs, code, err)
   end
   local next_command = self:next_command(workflow)
   if code == 0 and next_command then
      self:problem("run %d ended well, but the workflow is not completed", self.world.runs)
   end
   return next_command
end

--- Bring a workflow to its end, whatever happens; whether that was possible.
function Round:run(workflow, usual)
   local command = self:next_command(workflow)
   local count, resumes = 0, 0
   while command and #self.problems == 0 do
      local disturb = count == 0 or count < FAULTS_LIMIT and math.random(2) == 1
      count = disturb and count + 1 or FAULTS_LIMIT
      resumes = disturb and 0 or resumes + 1
      if resumes > RESUMES_LIMIT then
         self:problem("%d undisturbed resumes did not complete '%s'", resumes - 1, workflow)
         return false
      end
      local share = command:find("^executions resume") and 0.4 or 1
      local fault = disturb and faults.draw(self.world, workflow, usual, share) or nil
      command = self:step(command, workflow, fault)
   end
   return #self.problems == 0
end

--- Show where two texts differ first.
function round.difference(expected, actual)
   local theirs = actual:gmatch("[^\n]*")
   for line in expected:gmatch("[^\n]*") do
      local other = theirs()
      if line ~= other then
         return ("expected '%s', got '%s'"):format(line, other)
      end
   end
   return "there is more: " .. tostring(theirs())
end

function Round:check(workflow, usual)
   local execution = self.world:execution(workflow, self.turn)
   local lines = journal.parse(self.world:journal())
   for _, text in ipairs(journal.check(lines, workflow, usual.keys,
         self.world:told(execution.id))) do
      self:problem(text)
   end
   local state = self.world:state()
   if state ~= usual.state then
      self:problem("after '%s': %s", workflow, round.difference(usual.state, state))
   end
end

function Round:check_end()
   local orphans, damage = self.world:orphans(), self.world:damage()
   local litter = self.code == 0 and self.world:litter()
   if orphans then
      self:problem("orphans: %s", orphans)
   end
   if damage then
      self:problem("a database is damaged: %s", damage)
   end
   if litter then
      self:problem("files are left: %s", litter)
   end
end

local function new_round(build, folder, variant, plugin_beside)
   return setmetatable({world = new_world(build, folder, variant, plugin_beside),
      variant = variant, turn = 1, problems = {}, story = {}}, Round)
end

local function read_counts(path)
   local counts = {}
   for program, point, number in files.read(path):gmatch("(%S+) (%S+) (%d+)\n") do
      if program == "cfy" then
         counts[point] = tonumber(number)
      end
   end
   return counts
end

--- Seconds, of which the hundredths count.
local function uptime()
   return tonumber(io.lines("/proc/uptime")():match("^%S+"))
end

--- Run both workflows with nothing in their way.
---@return table<string, table> by workflow: seconds, counts of points, keys, state
function round.undisturbed(build, folder, variant)
   local usual = {}
   local self = new_round(build, folder, variant, true)
   for _, workflow in ipairs {"install", "uninstall"} do
      local counts = self.world:path("counts-" .. workflow)
      self.world.settings = "CLOUDIFY_FAULT_COUNTS=" .. counts
      local command, before = self:next_command(workflow), uptime()
      self:step(command, workflow)
      assert(#self.problems == 0, self.problems[1])
      usual[workflow] = {seconds = uptime() - before, counts = read_counts(counts),
         keys = journal.keys(journal.parse(self.world:journal()), workflow),
         state = self.world:state()}
      self:check(workflow, usual[workflow])
   end
   self:check_end()
   assert(#self.problems == 0, table.concat(self.problems, "\n"))
   self.world:remove()
   return usual
end

--- Run the round that `seed` makes.
---@param usual table<string, table> of round.undisturbed(), by variant
---@return string[] problems, string[] story
function round.run(build, folder, seed, usual)
   math.randomseed(seed)
   local variant = math.random(2) == 1 and "mixed" or "resumable"
   local self = new_round(build, folder, variant, math.random(2) == 1)
   self:tell("all operations are %s", variant)
   local workflows = {"install", "uninstall", math.random(4) == 1 and "install" or nil}
   for i, workflow in ipairs(workflows) do
      if i == 3 then -- the deployment is begun anew
         self.turn = 2
         self.world:turn_page()
      end
      if not self:run(workflow, usual[variant][workflow]) then
         break
      end
      self:check(workflow, usual[variant][workflow])
   end
   self:check_end()
   if #self.problems == 0 then
      self.world:remove()
   end
   return self.problems, self.story
end

return round
