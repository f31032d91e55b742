--- Looks through a plugin for what would go wrong later, as `cfy plugins check` does.
local cloudify = require("cloudify")
local functions = require("cloudify.plugin_kit.functions")
local interface = require("cloudify.plugin_kit.interface")
local project = require("cloudify.plugin_kit.project")
local report = require("cloudify.plugin_kit.report")
local rockspec = require("cloudify.plugin_kit.rockspec")
local sources = require("cloudify.plugin_kit.sources")

local check = {}

--- The interface in a file; nil after it is reported.
local function read_interface(folder, path, parse_yaml, found)
   local root, message, line = parse_yaml(folder:read(path), path)
   if not root then
      found:error({file = path, line = line}, message, "correct it: it is no YAML so")
      return nil
   end
   return interface.read(root, path)
end

-- As core/dsl/plugin_manifest.c looks for it: the others are for older releases of the original
-- (dsl.md 2.3).
local INTERFACES = {"plugin.yaml", "plugin_1_5.yaml", "plugin_1_4.yaml", "plugin_1_3.yaml",
   "plugin_1_2.yaml", "plugin_1_1.yaml", "plugin_1_0.yaml"}

local function interface_path(folder)
   for _, path in ipairs(INTERFACES) do
      if folder:has(path) then
         return path
      end
   end
   return nil
end

local function blueprints(folder)
   local found = {}
   for _, path in ipairs(folder:with_ending(".yaml")) do
      if not path:find("^plugin[_%d]*%.yaml$")
         and ("\n" .. folder:read(path)):find("\ntosca_definitions_version:") then
         table.insert(found, path)
      end
   end
   return found
end

--- All findings, the file of the interface if there is one, and the example blueprints.
---@param path string folder of the plugin
---@param parse_yaml fun(text: string, file: string): table?, string?, integer?
---@return {findings: cloudify.plugin_kit.Finding[], interface?: string, blueprints: string[]}
function check.run(path, parse_yaml)
   local folder, found = project.open(path), report.new()
   local own_path = interface_path(folder)
   if not own_path then
      found:error({}, "there is no plugin.yaml", "'cfy plugins new NAME' begins a plugin")
      return {findings = found:sorted(), blueprints = cloudify.array {}}
   end
   local compiled = sources.check(folder, found)
   local own = read_interface(folder, own_path, parse_yaml, found)
   local examples = blueprints(folder)
   if own then
      local interfaces = {own}
      for _, example in ipairs(examples) do
         table.insert(interfaces, read_interface(folder, example, parse_yaml, found))
      end
      own:check_descriptions(found)
      if compiled then
         functions.check(folder, interfaces, found)
      end
      rockspec.check(folder, own, found)
   end
   return {findings = cloudify.array(found:sorted()), interface = own_path,
      blueprints = cloudify.array(examples)}
end

return check
