--- Checks the rockspec of a plugin: against plugin.yaml, against the files, and what it depends on.
local rockspec = {}

local INSTRUCTIONS = 10 * 1000 * 1000

--- What a rockspec says; nil, message. It is run without any library.
local function load_rockspec(project, path)
   local fields = {}
   local chunk, message = load(project:read(path), "@" .. path, "t", fields)
   if not chunk then
      return nil, message
   end
   debug.sethook(function() error("it does not end", 2) end, "", INSTRUCTIONS)
   local ok, why = pcall(chunk)
   debug.sethook()
   if not ok then
      return nil, tostring(why)
   end
   return fields
end

---@class cloudify.plugin_kit.Rockspec
---@field private project cloudify.plugin_kit.Project
---@field private report cloudify.plugin_kit.Report
---@field private path string
---@field private text string
---@field private fields table
local Rockspec = {}
Rockspec.__index = Rockspec

local function plain(text)
   return (text:gsub("%p", "%%%0"))
end

--- Where the rockspec says `text`, in quotes.
function Rockspec:place_of(text)
   return {file = self.path, line = self.project:line_of(self.text, "[\"']" .. plain(text)
      .. "[\"']")}
end

function Rockspec:place_of_field(name)
   return {file = self.path, line = self.project:line_of(self.text, "^%s*" .. name .. "%s*=")}
end

--- The version without the revision of the rockspec: 1.0 of 1.0-1.
local function upstream(version)
   return (version:gsub("%-%d+$", ""))
end

function Rockspec:check_strings()
   for _, name in ipairs {"package", "version"} do
      if type(self.fields[name]) ~= "string" then
         self.report:error(self:place_of_field(name), ("it has no '%s'"):format(name),
            ("add %s = \"...\""):format(name))
         return false
      end
   end
   return true
end

function Rockspec:check_identity(interface)
   local name, version = self.fields.package, self.fields.version
   local wanted = interface.package_name or interface.plugins[1]
   if wanted and name ~= wanted then
      self.report:error(self:place_of_field("package"),
         ("the rock is called '%s', the package in plugin.yaml '%s'"):format(name, wanted),
         "give both the same name")
   end
   local declared = interface.package_version
   if declared and upstream(version) ~= declared then
      self.report:error(self:place_of_field("version"),
         ("it is of version '%s', plugin.yaml:%d of '%s'"):format(version,
            interface.version_line, declared),
         ("make it '%s-1', or change plugin.yaml"):format(declared))
   end
   local file = ("%s-%s.rockspec"):format(name, version)
   if self.path ~= file then
      self.report:error({file = self.path}, "LuaRocks refuses a rockspec with another name than "
         .. "package and version make", ("call the file '%s'"):format(file))
   end
end

--- Whether only one version satisfies a dependency. Of Lua, that is one of the language.
local function is_pinned(dependency)
   local name, operator, version = dependency:match("^%s*([%w_%-./]+)%s*([=<>~@]*)%s*([^,]-)%s*$")
   if name == "lua" and operator == "~>" and version == "5.4" then
      return true
   end
   return version and version ~= "" and (operator == "==" or operator == "")
end

function Rockspec:check_dependencies()
   for _, key in ipairs {"dependencies", "build_dependencies", "test_dependencies"} do
      local list = self.fields[key]
      for _, dependency in ipairs(type(list) == "table" and list or {}) do
         if type(dependency) == "string" and not is_pinned(dependency) then
            self.report:warning(self:place_of(dependency),
               ("the dependency '%s' can be met by several versions"):format(dependency),
               ("name the one that is tested: '%s == ...'"):format(
                  dependency:match("^%s*([%w_%-./]+)") or "ROCK"))
         end
      end
   end
end

--- The files that a module is made of: one of Lua, or those of C.
local function files_of(module)
   if type(module) == "string" then
      return {module}
   elseif type(module) ~= "table" then
      return {}
   end
   local sources = module.sources or module
   return type(sources) == "table" and sources or {sources}
end

function Rockspec:check_module_files(modules)
   local named = {}
   for name, module in pairs(modules) do
      for _, file in ipairs(files_of(module)) do
         named[file] = true
         if not self.project:has(tostring(file)) then
            self.report:error(self:place_of(tostring(file)),
               ("the file '%s' of module '%s' is not there"):format(file, name),
               "correct the path, or take the module out of build.modules")
         end
      end
   end
   for _, path in ipairs(self.project:sources()) do
      if not named[path] and not modules[self.project:module_name(path)] then
         self.report:warning(self:place_of_field("modules"),
            ("'%s' is not among build.modules: a rock of the plugin lacks it"):format(path),
            ("add [\"%s\"] = \"%s\""):format(self.project:module_name(path), path))
      end
   end
end

function Rockspec:check_build()
   local build = self.fields.build
   if type(build) == "table" and build.type == "builtin" and type(build.modules) == "table" then
      self:check_module_files(build.modules)
   end
end

--- The rockspec to look at: where several versions have one, that of plugin.yaml.
local function choose(project, interface, report)
   local chosen
   for _, path in ipairs(project:with_ending(".rockspec")) do
      if not path:find("/", 1, true) then
         local fields, message = load_rockspec(project, path)
         if not fields then
            report:lua_error(path, message, "correct it: the plugin cannot be installed so")
         elseif not chosen or fields.version and interface.package_version
            and upstream(tostring(fields.version)) == interface.package_version then
            chosen = {path = path, fields = fields}
         end
      end
   end
   return chosen
end

---@param project cloudify.plugin_kit.Project
---@param interface cloudify.plugin_kit.Interface of plugin.yaml
---@param report cloudify.plugin_kit.Report
function rockspec.check(project, interface, report)
   local chosen = choose(project, interface, report)
   if not chosen then
      return
   end
   local self = setmetatable({project = project, report = report, path = chosen.path,
      fields = chosen.fields, text = project:read(chosen.path)}, Rockspec)
   if self:check_strings() then
      self:check_identity(interface)
   end
   self:check_dependencies()
   self:check_build()
end

return rockspec
