--- Where a script and what belongs to it are kept while it runs.
local files = require("cloudify.files")
local filesystem = require("cloudify.filesystem")
local resource_files = require("cloudify.resource_files")

local workspace = {}

---@class script.Workspace
---@field path string  a private folder
---@field own? string  the folder, if it is ours to be removed at the end
---@field outputs string  what files of output begin with
local Workspace = {}
Workspace.__index = Workspace

--- The folder, whether it is ours to be removed, and where output goes. One that the operation
--- keeps goes with that, should nobody live to remove it before.
local function place(ctx)
   local wanted = os.getenv("CFY_EXEC_TEMP")
   if wanted and filesystem.is_dir(wanted) then
      local path = filesystem.mkdtemp(files.join(wanted, "XXXXXX"))
      return path, path, path
   end
   local path = resource_files.keep(ctx, "operation")
   return path, nil, files.join(ctx.plugin.workdir or files.temp_dir(), path:match("[^/]*$"))
end

--- Made for the operation of ctx; to be closed.
---@return script.Workspace
function workspace.new(ctx)
   local path, own, outputs = place(ctx)
   return setmetatable({path = path, own = own, outputs = outputs}, Workspace)
end

--- Where the script is, by its name.
function Workspace:file(name)
   return files.join(self.path, name)
end

--- Where a file of ours is, which no script is called like.
function Workspace:own_file(name)
   return files.join(self.path, ".cfy-" .. name)
end

--- Where standard output or error goes: not in the folder, for what the script leaves running may
--- write on.
function Workspace:output(name)
   return self.outputs .. "." .. name
end

--- The path for a socket, which those who use it must reach however long it is.
function Workspace:socket()
   return self:own_file("ctx")
end

function Workspace:__close()
   if self.own then
      filesystem.remove_tree(self.own)
   end
end

return workspace
