--- What befalls a run of cfy, drawn at random; core/base/fault.h has the notation.
local blueprint = require("blueprint")
local files = require("cloudify.files")

local faults = {
   -- May be the end of any run in the mixed variant; a disk may fail behind it, at the last moment.
   NOT_RESUMABLE = "not declared resumable",
}

-- How often each kind is drawn.
local WEIGHTS = {
   {"engine_time", 30}, {"engine_point", 25}, {"worker_time", 10}, {"worker_point", 15},
   {"disk", 18}, {"sleep", 10}, {"output", 6},
}

local DISK_POINTS = {"disk.write", "disk.write", "disk.write", "disk.sync", "disk.truncate"}
local DISK_ACTIONS = {"full", "read-only", "broken"}
local WORKER_POINTS = {"operation.received", "operation.ended", "operation.sent", "child.forked"}
local KILLS = {"kill", "kill", "kill-all"}
local VICTIMS = {"engine", "engine", "worker", "engine worker"}

---@class chaos.Fault
---@field text string for CLOUDIFY_FAULT
---@field name string for people
---@field token string a file that is gone once the fault has struck
---@field deadly boolean whether it kills cfy itself
---@field disk? string what was wrong with the disk

local function choose(list)
   return list[math.random(#list)]
end

local function choose_kind()
   local total = 0
   for _, each in ipairs(WEIGHTS) do
      total = total + each[2]
   end
   local place = math.random(total)
   for _, each in ipairs(WEIGHTS) do
      place = place - each[2]
      if place <= 0 then
         return each[1]
      end
   end
end

local function any_key(map)
   local keys = {}
   for key in pairs(map) do
      table.insert(keys, key)
   end
   table.sort(keys)
   return choose(keys)
end

local makers = {}

--- Micro-seconds after the start.
function makers.engine_time(usual, share)
   return "cfy", "time", math.random(math.floor(usual.seconds * share * 1e6)), choose(KILLS)
end

function makers.engine_point(usual, share)
   local point = any_key(usual.counts)
   return "cfy", point, math.random(math.ceil(usual.counts[point] * share)), choose(KILLS)
end

function makers.worker_time(usual, share)
   return "cloudify-worker", "time", math.random(math.floor(usual.seconds * share * 1e6)),
      choose(KILLS)
end

function makers.worker_point()
   return "cloudify-worker", choose(WORKER_POINTS), math.random(20), choose(KILLS)
end

function makers.disk(usual, share)
   local point = choose(DISK_POINTS)
   return "cfy", point, math.random(math.ceil((usual.counts[point] or 1) * share)),
      choose(DISK_ACTIONS)
end

function makers.output()
   return "cloudify-worker", "output.open", math.random(20), choose(DISK_ACTIONS)
end

--- Draw the fault for a run.
---@param world chaos.World
---@param usual {seconds: number, counts: table<string, integer>} of an undisturbed run
---@param share number how much of an undisturbed run this one probably is
---@return chaos.Fault
function faults.draw(world, workflow, usual, share)
   local kind = choose_kind()
   if kind == "sleep" then
      local sleeper, victims = choose(blueprint.sleepers(workflow)), choose(VICTIMS)
      files.write(world:path(sleeper), victims)
      return {text = "", token = world:path(sleeper), deadly = victims:find("engine") ~= nil,
         name = ("kill %s in %s"):format(victims, sleeper)}
   end
   local program, point, number, action = makers[kind](usual, share)
   local token = ("%s/token-%d"):format(world.folder, world.runs)
   files.write(token, "")
   local name = ("%s %s %d %s"):format(program, point, number, action)
   local disk = kind == "disk" and action or nil
   return {text = name .. " " .. token, name = name, token = token, disk = disk,
      deadly = program == "cfy" and not disk}
end

--- Whether the fault has struck; if not, it will not do so any more.
function faults.has_struck(fault)
   return not os.remove(fault.token)
end

-- What cfy must say when the disk has failed under it.
local COMPLAINTS = {
   full = "the disk is full",
   ["read-only"] = "[Rr]ead%-only",
   broken = "Input/output error",
}

--- What is wrong with how cfy ended, or nil.
---@param struck boolean whether the fault has struck
---@param code integer negative: the signal
---@param err string what it wrote
function faults.judge(fault, struck, code, err)
   if code == -9 and struck and fault.deadly then
      return
   elseif code < 0 or code > 1 then
      return ("cfy ended with %d: %s"):format(code, err)
   elseif code == 1 and struck and fault.disk and not err:find(COMPLAINTS[fault.disk])
      and not err:find(faults.NOT_RESUMABLE, 1, true) then
      return ("a disk that is %s is not what cfy complains of: %s"):format(fault.disk, err)
   end
end

return faults
