--- The folder of a plugin: which files it has, and what is in them.
local files = require("cloudify.files")
local filesystem = require("cloudify.filesystem")

local project = {}

local DEPTH = 8
-- Others' business, archives of the plugin's own, and what is no Lua yet.
local SKIPPED = {rocks = true, resources = true, templates = true}

---@class cloudify.plugin_kit.Project
---@field folder string
---@field paths string[] of its files, relative to the folder, sorted
local Project = {}
Project.__index = Project

local function collect(folder, prefix, depth, paths)
   for _, name in ipairs(filesystem.list(folder)) do
      local path = folder .. "/" .. name
      local is_skipped = name:match("^%.") or depth == 1 and SKIPPED[name]
      if not is_skipped and filesystem.is_dir(path) then
         if depth < DEPTH then
            collect(path, prefix .. name .. "/", depth + 1, paths)
         end
      elseif not is_skipped then
         table.insert(paths, prefix .. name)
      end
   end
   return paths
end

---@return cloudify.plugin_kit.Project
function project.open(folder)
   local paths = collect(folder, "", 1, {})
   table.sort(paths)
   return setmetatable({folder = folder, paths = paths}, Project)
end

function Project:full(path)
   return self.folder .. "/" .. path
end

function Project:has(path)
   return files.exists(self:full(path))
end

function Project:read(path)
   return files.read(self:full(path))
end

--- The files whose names end so.
function Project:with_ending(ending)
   local found = {}
   for _, path in ipairs(self.paths) do
      if path:sub(-#ending) == ending then
         table.insert(found, path)
      end
   end
   return found
end

-- Folders whose Lua is not the plugin's own.
local OTHERS = {spec = true, test = true, tests = true, blueprint = true, blueprints = true,
   examples = true}

--- The Lua sources that are the plugin itself: no tests and no examples.
function Project:sources()
   local found = {}
   for _, path in ipairs(self:with_ending(".lua")) do
      if not OTHERS[path:match("^[^/]*")] then
         table.insert(found, path)
      end
   end
   return found
end

--- The name by which `require` finds a source.
function Project.module_name(_, path)
   return (path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("^lua/", ""):gsub("/", "."))
end

--- The first line of `text` that matches `pattern`; nil if there is none.
function Project.line_of(_, text, pattern)
   local number = 0
   for line in (text .. "\n"):gmatch("(.-)\n") do
      number = number + 1
      if line:find(pattern) then
         return number
      end
   end
   return nil
end

return project
