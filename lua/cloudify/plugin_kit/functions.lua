--- Checks what is mapped against what is there: the functions in the plugin's Lua modules.
local decorators = require("cloudify.decorators")
local plugin_loader = require("cloudify.plugin_loader")
local sets = require("cloudify.sets")
local suggest = require("cloudify.core").suggest

local functions = {}

local INSTRUCTIONS = 100 * 1000 * 1000 -- that loading a module may take: about a second

--- Call `load` while nobody can end the process, print among the findings, or go on for ever.
local function guarded(load, ...)
   local exit, show = os.exit, print
   rawset(os, "exit", function() error("it calls os.exit while it is loaded", 2) end)
   rawset(_G, "print", function(...)
      local texts = table.pack(...)
      for i = 1, texts.n do
         texts[i] = tostring(texts[i])
      end
      io.stderr:write(table.concat(texts, "\t"), "\n")
   end)
   debug.sethook(function() error("it does not end while it is loaded", 2) end, "", INSTRUCTIONS)
   local result = table.pack(pcall(load, ...))
   debug.sethook()
   rawset(os, "exit", exit)
   rawset(_G, "print", show)
   return table.unpack(result, 1, result.n)
end

---@class cloudify.plugin_kit.Functions
---@field private project cloudify.plugin_kit.Project
---@field private report cloudify.plugin_kit.Report
---@field private plugins table<string, boolean> names that plugin.yaml declares
---@field private mapped table<function, boolean>
---@field private loaded table<string, any> what modules return, by name; false: reported
---@field private paths table<string, string> their files
local Functions = {}
Functions.__index = Functions

--- The plugin, module and function that an implementation names; nil: it is another plugin's, or
--- a script.
function Functions:parse(mapping)
   local plugin, module, name = mapping.text:match("^([^./]+)%.([^/]+)%.([^./]+)$")
   if self.plugins[plugin] then
      return plugin, module, name
   end
   local names = {}
   for known in pairs(self.plugins) do
      table.insert(names, known)
   end
   local nearest = plugin and suggest(plugin, names)
   if nearest then
      self.report:error(mapping, ("%s '%s': there is no plugin '%s'"):format(mapping.kind,
         mapping.text, plugin), ("did you mean '%s'?"):format(nearest))
   end
   return nil
end

local KINDS = {operation = "an operation", workflow = "a workflow"}

function Functions:check_kind(mapping, options)
   if options.kind and options.kind ~= mapping.kind then
      self.report:warning(mapping, ("'%s' is mapped as %s, and is marked as %s"):format(
         mapping.text, KINDS[mapping.kind], KINDS[options.kind]),
         "map it where it belongs, or decorate it with " .. mapping.kind .. "()")
   end
end

--- Without the folder that was looked in, which is the plugin's.
local function message_of(err)
   return (tostring(err):gsub(": there is no '[^']*%.lua' in '.*$", ""):gsub(":?\n.*$", ""))
end

--- The module at `path`; false after it is reported that it cannot be loaded.
function Functions:load(path)
   local name = self.project:module_name(path)
   if self.loaded[name] == nil then
      local ok, module = guarded(require, name)
      if not ok then
         self.report:lua_error(path, message_of(module),
            "it must load wherever the plugin is installed: its rockspec names what it needs")
      end
      self.loaded[name] = ok and module
      self.paths[name] = path
   end
   return self.loaded[name]
end

--- Whether a module that something maps is a table; what is none is reported once.
function Functions:check_table(module)
   local value = self.loaded[module]
   if value ~= nil and value ~= false and type(value) ~= "table" then
      self.report:error({file = self.paths[module]}, plugin_loader.no_table(module, value),
         "nothing can be called in it")
      self.loaded[module] = false
   end
   return self.loaded[module] ~= false
end

function Functions:check_mapping(mapping)
   local plugin, module, name = self:parse(mapping)
   if not plugin or not self:check_table(module) then
      return
   end
   local ok, func, options = guarded(plugin_loader.resolve,
      {name = plugin, prefix = self.project.folder}, module, name)
   if ok then
      self.mapped[func] = true
      self:check_kind(mapping, options)
   else
      self.report:error(mapping, ("%s '%s': %s"):format(mapping.kind, mapping.text,
         message_of(func)), "correct the name, or write the function")
   end
end

--- Where the function `name` seems to be defined.
function Functions:place_of(path, name)
   local pattern = "%f[%w_]" .. name .. "%f[^%w_]"
   local text = self.project:read(path)
   local line = self.project:line_of(text, "^%s*[%w_]+%." .. name .. "%s*=")
      or self.project:line_of(text, "^%s*function%s+[%w_]+[.:]" .. name .. "%s*%(")
      or self.project:line_of(text, pattern)
   return {file = path, line = line}
end

--- The functions of a module that are marked, by name.
function Functions:marked(path)
   local module, found = self:load(path), {}
   for name, func in pairs(type(module) == "table" and module or {}) do
      local kind = type(func) == "function" and decorators.options(func).kind
      if type(name) == "string" and kind then
         table.insert(found, {name = name, kind = kind, func = func})
      end
   end
   table.sort(found, function(a, b) return a.name < b.name end)
   return found
end

--- Warn of a marked function that nothing maps.
function Functions:check_unused(path, one)
   if not self.mapped[one.func] then
      self.report:warning(self:place_of(path, one.name),
         ("the function '%s' is marked as %s, and is mapped nowhere"):format(one.name,
            KINDS[one.kind]),
         "map it in plugin.yaml, or remove the mark")
   end
end

--- Warn of options of a mark that mean nothing.
function Functions:check_options(path, one)
   local unknown = decorators.unknown_options(one.func)
   for _, name in ipairs(unknown and unknown.names or {}) do
      local known = sets.keys(unknown.known)
      local nearest = suggest(name, known)
      self.report:warning(self:place_of(path, one.name),
         ("the function '%s': unknown option '%s' of %s, which is ignored"):format(one.name, name,
            unknown.decorator),
         nearest and ("did you mean '%s'?"):format(nearest)
            or ("it has the options '%s'"):format(table.concat(known, "', '")))
   end
end

--- The sources that are modules which may have operations: those that are mapped, or mark some.
function Functions:module_paths(interfaces)
   local wanted, found = {}, {}
   for _, interface in ipairs(interfaces) do
      for _, mapping in ipairs(interface.mappings) do
         wanted[mapping.text:match("^[^./]+%.([^/]+)%.[^./]+$") or ""] = true
      end
   end
   for _, path in ipairs(self.project:sources()) do
      if wanted[self.project:module_name(path)]
         or self.project:read(path):find("cloudify.decorators", 1, true) then
         table.insert(found, path)
      end
   end
   return found
end

---@param interfaces cloudify.plugin_kit.Interface[] that of plugin.yaml first
function functions.check(project, interfaces, report)
   local self = setmetatable({project = project, report = report, plugins = {}, mapped = {},
      loaded = {}, paths = {}}, Functions)
   for _, name in ipairs(interfaces[1].plugins) do
      self.plugins[name] = true
   end
   plugin_loader.open(project.folder)
   local paths = self:module_paths(interfaces)
   for _, path in ipairs(paths) do
      self:load(path)
   end
   for _, interface in ipairs(interfaces) do
      for _, mapping in ipairs(interface.mappings) do
         self:check_mapping(mapping)
      end
   end
   for _, path in ipairs(paths) do
      for _, one in ipairs(self:marked(path)) do
         self:check_unused(path, one)
         self:check_options(path, one)
      end
   end
end

return functions
