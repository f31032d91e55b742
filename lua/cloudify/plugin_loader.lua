--- Finds the functions that blueprints name, in the folders of their plugin.
local decorators = require("cloudify.decorators")
local exceptions = require("cloudify.exceptions")
local filesystem = require("cloudify.filesystem")
local suggest = require("cloudify.core").suggest

local plugin_loader = {}

local opened = {} -- folders whose modules are found already
local unlisted = {} -- those of them that package.path cannot name, the newest first
local wrap -- what a scope makes of each operation, or nil

--- What the folder of the plugin is called: by its name without namespaces.
local function folder_name(plugin)
   return plugin.folder or plugin.name
end

--- The folders that may hold the plugin, the likeliest first (lua-api.md, "A plugin"). Where it is
--- known which one does, no other plugin is in reach.
local function folders(plugin, resources)
   if plugin.prefix then
      return {plugin.prefix}
   end
   local found, name = {}, folder_name(plugin)
   local function add(folder)
      if not found[folder] then
         found[folder] = true
         table.insert(found, folder)
      end
   end
   if resources then
      add(resources .. "/plugins/" .. name)
   end
   for _, directory in ipairs(plugin.directories or {}) do
      add(directory .. "/" .. name)
      add(directory)
   end
   return found
end

-- In a plugin's folder: its own layout; that of a rock; the rocks that were bundled with it.
local LUA_PATHS = {"?.lua", "?/init.lua", "lua/?.lua", "lua/?/init.lua",
   "rocks/share/lua/5.4/?.lua", "rocks/share/lua/5.4/?/init.lua"}
local C_PATHS = {"?.so", "lib/?.so", "rocks/lib/lua/5.4/?.so"}

local function add_paths(paths, folder, templates)
   for _, template in ipairs(templates) do
      table.insert(paths, folder .. "/" .. template)
   end
end

--- The plugin's folder that holds the file; nil: none does.
local function folder_of(path)
   local found
   for folder in pairs(opened) do
      if path:sub(1, #folder + 1) == folder .. "/" and (not found or #folder > #found) then
         found = folder
      end
   end
   return found
end

--- Whether the templates of package.path can have the folder in them: they have no escape for their
--- own characters.
local function is_listable(folder)
   return not folder:find("[;?]")
end

--- The file of the module in the first of the folders that has it; nil: none does.
local function find_in(list, module, templates)
   local relative = module:gsub("%.", "/")
   for _, folder in ipairs(list) do
      for _, template in ipairs(templates) do
         local path = folder .. "/" .. template:gsub("%?", function() return relative end)
         local file <close> = io.open(path, "rb")
         if file then
            return path
         end
      end
   end
   return nil
end

--- The file of the module, or nil.
local function find_module(module)
   return find_in(unlisted, module, LUA_PATHS) or package.searchpath(module, package.path)
end

--- The file of the module, or nil, where it is written in C.
local function find_c_module(module)
   return find_in(unlisted, module, C_PATHS) or package.searchpath(module, package.cpath)
end

local paths_of_chunks = {} -- as errors and tracebacks name them -> path

--- Compile a module of a plugin, as loadfile() does; errors name it by its path in the plugin's
--- folder, which says more than the beginning of a long one.
local function compile(path)
   local file <close>, message = io.open(path, "rb")
   if not file then
      return nil, message
   end
   local text = file:read("a"):gsub("^\xEF\xBB\xBF", ""):gsub("^#[^\n]*", "")
   local name = path:sub(#folder_of(path) + 2)
   paths_of_chunks[name] = path
   return load(text, "@" .. name, "t")
end

--- Finds modules in the folders of plugins, for `require`.
local function search_plugins(module)
   local path = find_module(module)
   if not path or not folder_of(path) then
      return nil
   end
   local chunk, message = compile(path)
   if not chunk then
      error(message, 0)
   end
   return chunk, path
end

--- The function that opens a module written in C: of a name with a hyphen what stands before that
--- counts or, as formerly, what stands behind.
local function load_c_module(path, module)
   local name = "luaopen_" .. module:gsub("%.", "_")
   local open, message, where = package.loadlib(path, (name:gsub("%-.*", "")))
   if not open and where == "init" and name:find("-", 1, true) then
      open, message = package.loadlib(path, (name:gsub("_[^-]*%-", "_", 1)))
   end
   return open, message
end

--- Finds modules written in C where Lua's own searcher cannot look.
local function search_unlisted(module)
   local path = find_in(unlisted, module, C_PATHS)
   if not path then
      return nil
   end
   local open, message = load_c_module(path, module)
   if not open then
      error(message, 0)
   end
   return open, path
end

local is_searching = false

--- Before Lua's own searcher of files, which would find the same.
local function install_searcher()
   if not is_searching then
      table.insert(package.searchers, 3, search_plugins)
      table.insert(package.searchers, 4, search_unlisted)
      is_searching = true
   end
end

--- The file that an error or a traceback names so; nil: no plugin's.
---@param chunk string
---@return string?
function plugin_loader.path_of(chunk)
   return paths_of_chunks[chunk]
end

local function open_folders(list)
   install_searcher()
   local paths, cpaths, position = {}, {}, 1
   for _, folder in ipairs(list) do
      if not opened[folder] and filesystem.is_dir(folder) then
         opened[folder] = true
         if is_listable(folder) then
            add_paths(paths, folder, LUA_PATHS)
            add_paths(cpaths, folder, C_PATHS)
         else
            table.insert(unlisted, position, folder)
            position = position + 1
         end
      end
   end
   table.insert(paths, package.path)
   table.insert(cpaths, package.cpath)
   package.path, package.cpath = table.concat(paths, ";"), table.concat(cpaths, ";")
end

--- Let `require` find the modules of the plugin in `folder` first.
function plugin_loader.open(folder)
   open_folders {folder}
end

--- Names of the modules below `folder`, three levels deep.
local function modules_below(folder, prefix, depth, names)
   for _, name in ipairs(filesystem.list(folder)) do
      local path = folder .. "/" .. name
      if name:match("%.lua$") then
         table.insert(names, (prefix .. name:gsub("%.lua$", "")))
      elseif depth < 3 and not name:match("^%.") and filesystem.is_dir(path) then
         modules_below(path, prefix .. name .. ".", depth + 1, names)
      end
   end
   return names
end

local function hint(wanted, names)
   local nearest = suggest(wanted, names)
   return nearest and (" (did you mean '%s'?)"):format(nearest) or ""
end

--- What to do when no folder is the plugin's; `is_new`: there is no deployment yet, with a copy of
--- the blueprint that nobody should write into.
local function advice(plugin, list, is_new)
   local name = folder_name(plugin)
   if plugin.prefix then
      return filesystem.is_dir(plugin.prefix) and ""
         or (" (its folder '%s' is gone: 'cfy plugins install' it again)"):format(plugin.prefix)
   end
   for _, folder in ipairs(list) do
      if filesystem.is_dir(folder) and folder:match("[^/]*$") == name then
         return ""
      end
   end
   return (is_new and (" (put the plugin into 'plugins/%s' beside the blueprint, name"):format(name)
         or " (name")
      .. " the directory that holds it with --plugins, or install it with 'cfy plugins install')"
end

local function ends_with_module(module, ending)
   return module:sub(-#ending - 1) == "." .. ending
end

--- The module that was probably meant: one of the same end, or one that is spelt almost so.
local function nearest_module(wanted, list)
   local names = {}
   for _, folder in ipairs(list) do
      modules_below(folder, "", 1, names)
      modules_below(folder .. "/lua", "", 2, names)
   end
   table.sort(names)
   for _, name in ipairs(names) do
      if ends_with_module(name, wanted) or ends_with_module(wanted, name) then
         return name
      end
   end
   return suggest(wanted, names)
end

local function missing_module(plugin, module, name, list, is_new)
   local nearest = nearest_module(module, list)
   local meant = nearest and (" (did you mean '%s.%s.%s'?)"):format(folder_name(plugin), nearest,
      name) or ""
   return ("plugin '%s': module '%s' not found%s%s: there is no '%s.lua' in '%s'"):format(
      plugin.name, module, meant, advice(plugin, list, is_new), (module:gsub("%.", "/")),
      table.concat(list, "', '"))
end

--- Whether `require` would find the module without looking at files.
local function is_built_in(module)
   if package.loaded[module] or package.preload[module] then
      return true
   end
   return type(package.searchers[2](module)) == "function"
end

--- What cannot be compiled will not be so at another try.
local function check_syntax(plugin, path)
   local chunk, message
   if folder_of(path) then
      chunk, message = compile(path)
   else
      chunk, message = loadfile(path, "t")
   end
   if not chunk then
      error(exceptions.NonRecoverableError(("plugin '%s': %s"):format(plugin.name, message)))
   end
end

--- What is wrong with a module that is `value`, no table. One that returns nothing is true.
---@param module string
---@param value any
---@return string
function plugin_loader.no_table(module, value)
   if value == true then
      return ("module '%s' returns nothing: its last line must return the table of its functions, "
         .. "as in 'return %s'"):format(module, module:match("[^.]*$"))
   end
   return ("module '%s' returns a %s, not a table of functions"):format(module, type(value))
end

local function load_module(plugin, module, name, list)
   if not is_built_in(module) then
      local path = find_module(module)
      if not path and not find_c_module(module) then
         error(exceptions.NonRecoverableError(missing_module(plugin, module, name, list)))
      end
      if path then
         check_syntax(plugin, path)
      end
   end
   local loaded = require(module)
   if type(loaded) ~= "table" then
      error(exceptions.NonRecoverableError(("plugin '%s': %s"):format(plugin.name,
         plugin_loader.no_table(module, loaded))))
   end
   return loaded
end

local function is_callable(value)
   local metatable = getmetatable(value)
   return type(value) == "function" or type(metatable) == "table" and metatable.__call ~= nil
end

--- A spy of luassert stands for the function that it calls.
local function spied_on(operation)
   return type(operation) == "table" and operation.callback or operation
end

--- The function `name` of `module`, and what it is declared to be. Raises NonRecoverableError where
--- either is missing, naming the folders and the nearest name.
---@param plugin {name: string, folder?: string, prefix?: string, directories: string[]}
---@param resources? string folder of the blueprint
---@return function
---@return {resumable?: boolean, async?: boolean}
function plugin_loader.resolve(plugin, module, name, resources)
   local list = folders(plugin, resources)
   open_folders(list)
   local loaded = load_module(plugin, module, name, list)
   local operation = loaded[name]
   if not is_callable(operation) then
      local names = {}
      for key, value in pairs(loaded) do
         if is_callable(value) then
            table.insert(names, tostring(key))
         end
      end
      error(exceptions.NonRecoverableError(("plugin '%s': module '%s' has no function '%s'%s")
         :format(plugin.name, module, name, hint(name, names))))
   end
   return wrap and wrap(operation) or operation, decorators.options(spied_on(operation))
end

--- Modules that were loaded from a plugin's folder: it has been opened for them.
local function forget_modules(before)
   local list = {}
   for folder in pairs(opened) do
      table.insert(list, folder)
   end
   for name in pairs(package.loaded) do
      if not before[name] and find_in(list, name, LUA_PATHS) then
         package.loaded[name] = nil
      end
   end
end

--- For a state that is not a plugin's own: what is opened and loaded until the value returned is
--- closed is forgotten then, and the next plugins begin anew. What was loaded before stays.
---@param wrapper? fun(operation: function): function what is run in place of an operation
function plugin_loader.scope(wrapper)
   local wrap_before = wrap
   wrap = wrapper
   local path, cpath, before = package.path, package.cpath, {}
   local opened_before, unlisted_before = opened, unlisted
   for name in pairs(package.loaded) do
      before[name] = true
   end
   opened, unlisted = {}, {}
   return setmetatable({}, {__close = function()
      forget_modules(before)
      package.path, package.cpath, wrap = path, cpath, wrap_before
      opened, unlisted = opened_before, unlisted_before
   end})
end

--- Where a plugin and its module are nowhere: the first such function's index, and what to say.
---@param functions {plugin: table, module: string, name: string}[]
---@param resources string folder of the blueprint
---@param is_new boolean whether that is the user's own, not a deployment's copy
---@return integer?
---@return string?
function plugin_loader.first_absent(functions, resources, is_new)
   local present = {}
   for index, one in ipairs(functions) do
      local key = one.plugin.name .. "\0" .. one.module
      if not present[key] then
         local _ <close> = plugin_loader.scope(wrap)
         local list = folders(one.plugin, resources)
         open_folders(list)
         if not is_built_in(one.module) and not find_module(one.module)
            and not find_c_module(one.module) then
            return index, missing_module(one.plugin, one.module, one.name, list, is_new)
         end
         present[key] = true
      end
   end
   return nil
end

return plugin_loader
