--- Where the files of a test are: its blueprint, in place or in a temporary folder, and its store.
local files = require("cloudify.files")
local local_environment = require("cloudify.local_environment")

local absolute, copy = local_environment.absolute, local_environment.copy

local workplace = {}

local function folder_of(path)
   return path:match("^(.*)/[^/]*$") or "."
end

local function base_of(path)
   return path:match("([^/]*)/*$")
end

--- The nearest folder, from that of `path` upwards, that has a plugin.yaml; or nil.
local function find_project(path)
   local folder = absolute(folder_of(path))
   while folder and folder ~= "" do
      if files.exists(folder .. "/plugin.yaml") then
         return folder
      end
      folder = folder:match("^(.*)/[^/]*$")
   end
   return nil
end

--- A path as the test gives it: relative to its file, or to the folder of its plugin.
local function locate(place, path, what)
   local tried = {}
   for _, folder in ipairs {folder_of(place.test_file), place.project} do
      local full = files.join(folder, path)
      if files.exists(full) then
         return absolute(full)
      end
      tried[#tried + 1] = "'" .. full .. "'"
   end
   error(("test_utils: %s '%s' not found: neither %s"):format(what, path,
      table.concat(tried, " nor ")), 0)
end

local function is_text(path_or_blueprint)
   return path_or_blueprint:find("tosca_definitions_version", 1, true) ~= nil
end

local function copy_resources(place, list)
   for _, entry in ipairs(list or {}) do
      local path, folder = entry, "."
      if type(entry) == "table" then
         path, folder = entry[1], entry[2] or "."
      end
      local source = locate(place, path, "resource")
      local target = files.join(place.folder, folder)
      files.mkdir(target)
      copy(source, files.join(target, base_of(source)))
   end
end

--- Where the blueprint's folder is copied to: as deep below the temporary folder as it is in the
--- plugin's, where `../plugin.yaml` finds the copy, too.
local function copied_folder(place, path)
   local folder, project = folder_of(path), place.project
   if project and folder:sub(1, #project + 1) == project .. "/" then
      return files.join(place.temporary, folder:sub(#project + 2))
   end
   return files.join(place.temporary, "blueprint")
end

local function copy_plugin_yaml(place)
   if not place.project then
      error(("test_utils: there is no plugin.yaml beside '%s' or in a folder above it"):format(
         place.test_file), 0)
   end
   local text = files.read(place.project .. "/plugin.yaml")
   for _, folder in ipairs {place.folder, place.temporary} do
      if not files.exists(folder .. "/plugin.yaml") then
         files.write(folder .. "/plugin.yaml", text)
      end
   end
end

--- Put the blueprint where it can be used. What is not to be changed stays where it is.
local function place_blueprint(place, settings)
   local given = settings.path_or_blueprint
   if is_text(given) then
      place.folder = files.join(place.temporary, "blueprint")
      files.mkdir(place.folder)
      place.blueprint = place.folder .. "/blueprint.yaml"
      files.write(place.blueprint, given)
   else
      local path = locate(place, given, "blueprint")
      local in_place = not settings.resources_to_copy
         and (not settings.copy_plugin_yaml or folder_of(path) == place.project)
      if in_place then
         place.folder, place.blueprint = folder_of(path), path
         return
      end
      place.folder = copied_folder(place, path)
      if settings.resources_to_copy then
         files.mkdir(place.folder)
         copy(path, files.join(place.folder, base_of(path)))
      else
         files.mkdir(folder_of(place.folder))
         copy(folder_of(path), place.folder)
      end
      place.blueprint = files.join(place.folder, base_of(path))
   end
   copy_resources(place, settings.resources_to_copy)
   if settings.copy_plugin_yaml then
      copy_plugin_yaml(place)
   end
end

---@class cloudify.test_utils.Workplace
---@field temporary string private folder, removed with remove()
---@field store string folder of the store
---@field secret_key string file of the key of its secrets
---@field folder string of the blueprint
---@field blueprint string its file
---@field project? string folder of the plugin under test
---@field test_file string
local Workplace = {}
Workplace.__index = Workplace

--- Remove what was made.
function Workplace:remove()
   if files.exists(self.temporary) then
      files.remove_tree(self.temporary)
   end
end

---@return cloudify.test_utils.Workplace
function workplace.new(settings)
   local place = setmetatable({test_file = settings.test_file,
      project = find_project(settings.test_file)}, Workplace)
   place.temporary = files.mkdtemp((settings.temp_dir_prefix or "workflow-test") .. "-")
   place.store = place.temporary .. "/store"
   place.secret_key = place.temporary .. "/secret.key"
   local ok, message = xpcall(place_blueprint, debug.traceback, place, settings)
   if not ok then
      place:remove()
      error(message, 0)
   end
   return place
end

--- Folders that hold plugins, as the test names them.
function Workplace:directories(list)
   local found = {}
   for _, path in ipairs(list or {}) do
      found[#found + 1] = locate(self, path, "plugin directory")
   end
   return found
end

return workplace
