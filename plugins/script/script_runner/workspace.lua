--- Where a script and what belongs to it are kept while it runs.
local files = require("cloudify.files")
local filesystem = require("cloudify.filesystem")
local resource_files = require("cloudify.resource_files")

local workspace = {}

--- Paths of sockets must be shorter than this.
local SOCKET_PATH_LIMIT = 108

---@class script.Workspace
---@field path string  a private folder, removed at the end
---@field folders string[]  what else is to be removed then
---@field outputs string  what files of output begin with
local Workspace = {}
Workspace.__index = Workspace

local function make_folder(base)
   return filesystem.mkdtemp(files.join(base, "XXXXXX"))
end

--- The folder, whether it is ours to be removed, and where output goes. One that the operation
--- keeps goes with that, should nobody live to remove it before.
local function place(ctx)
   local wanted = os.getenv("CFY_EXEC_TEMP")
   if wanted and filesystem.is_dir(wanted) then
      local path = make_folder(wanted)
      return path, {path}, path
   end
   local path = resource_files.keep(ctx, "operation")
   return path, {}, files.join(ctx.plugin.workdir or files.temp_dir(), path:match("[^/]*$"))
end

--- Made for the operation of ctx; to be closed.
---@return script.Workspace
function workspace.new(ctx)
   local path, folders, outputs = place(ctx)
   return setmetatable({path = path, folders = folders, outputs = outputs}, Workspace)
end

function Workspace:file(name)
   return files.join(self.path, name)
end

--- Where standard output or error goes: not in the folder, for what the script leaves running may
--- write on.
function Workspace:output(name)
   return self.outputs .. "." .. name
end

--- The path for a socket. Where the folder's own is too long, in another private folder.
function Workspace:socket()
   local path = self:file("ctx")
   for _, base in ipairs {files.temp_dir(), "/tmp"} do
      if #path < SOCKET_PATH_LIMIT then
         break
      end
      local folder = make_folder(base)
      table.insert(self.folders, folder)
      path = files.join(folder, "ctx")
   end
   return path
end

function Workspace:__close()
   for _, folder in ipairs(self.folders) do
      filesystem.remove_tree(folder)
   end
end

return workspace
