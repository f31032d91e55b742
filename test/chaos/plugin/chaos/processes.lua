--- The processes of a round: whoever has the round's mark in its environment.
local files = require("cloudify.files")

local processes = {}

local function read(path)
   local file = io.open(path, "rb")
   local text = file and file:read("a") or ""
   if file then
      file:close()
   end
   return text
end

--- Of this process: its number, and that of its parent.
---@return string pid, string parent
function processes.self()
   local pid, parent = read("/proc/self/stat"):match("^(%d+) .*%) %a (%d+) ")
   return pid, parent
end

--- Whether a process has all of these settings (`NAME=VALUE`); one that is dead or dying has none.
function processes.has(pid, ...)
   local environment = "\0" .. read("/proc/" .. pid .. "/environ")
   for _, setting in ipairs({...}) do
      if not environment:find("\0" .. setting .. "\0", 1, true) then
         return false
      end
   end
   return true
end

--- Those that have the settings, and that `except` (called with a pid) does not leave out.
---@return string[]
function processes.find(except, ...)
   local found = {}
   for _, pid in ipairs(files.list("/proc")) do
      if pid:match("^%d+$") and processes.has(pid, ...) and not (except and except(pid)) then
         table.insert(found, pid)
      end
   end
   return found
end

--- What processes are, for a message.
function processes.describe(pids)
   local texts = {}
   for _, pid in ipairs(pids) do
      local command = read("/proc/" .. pid .. "/cmdline"):gsub("%z", " ")
      table.insert(texts, ("%s (%s)"):format(pid, command:sub(1, 60)))
   end
   return table.concat(texts, ", ")
end

return processes
