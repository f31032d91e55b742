--- Tests of plugins: workflows of a blueprint, run in the process of the spec (runtime.md 9.1).
local environment = require("cloudify.test_utils.environment")
local workplace = require("cloudify.test_utils.workplace")

require("cloudify.test_utils.assertions").teach()

local test_utils = {}

---@class cloudify.TestOptions
---@field copy_plugin_yaml? boolean put the plugin's own plugin.yaml beside the blueprint
---@field resources_to_copy? (string|string[])[] paths, or {path, folder of the copy}
---@field temp_dir_prefix? string what the name of the temporary folder begins with
---@field init_args? cloudify.InitArguments
---@field inputs? table|fun(...): table of the deployment, or what makes them
---@field input_func_args? any[] arguments of that function
---@field input_func_kwargs? table<string, any> its last argument

---@class cloudify.InitArguments
---@field name? string of the deployment and its blueprint; "local"
---@field inputs? table<string, any> in place of those of the test
---@field ignored_modules? string[] modules whose operations need not be there
---@field provider_context? table<string, any> what operations know as ctx.provider_context
---@field plugin_directories? string[] folders that hold plugins, relative to the test file
---@field secrets? table<string, string> secrets that operations may ask for

--- The file that the code at `level` of the stack is in.
local function file_at(level)
   local source = debug.getinfo(level + 1, "S").source
   return source:match("^@(.*)$") or "./?"
end

--- Copied: a test must not change what another one of the same options is given.
local function settings(options, path_or_blueprint, test_file)
   local copy = {}
   for name, value in pairs(options or {}) do
      copy[name] = value
   end
   copy.path_or_blueprint = path_or_blueprint or copy.path_or_blueprint or copy[1]
   copy.test_file = test_file
   workplace.check(copy)
   return copy
end

--- A deployment for the time of a scope: `local cfy_local <close> = local_env {PATH, ...}`.
---@param options cloudify.TestOptions with the blueprint, a path or its text, as its first entry
---@return cloudify.LocalEnvironment
function test_utils.local_env(options)
   return environment.open(settings(options, nil, file_at(2)))
end

--- A test for `it`, which is handed a deployment of a blueprint.
---@param path_or_blueprint string path, relative to the test's file, or the blueprint itself
---@param options? cloudify.TestOptions
---@param test fun(cfy_local: cloudify.LocalEnvironment, ...)
---@return fun(...)
function test_utils.workflow_test(path_or_blueprint, options, test)
   if test == nil then
      options, test = nil, options
   end
   assert(type(test) == "function", "workflow_test: the last argument must be a function")
   local given = settings(options, path_or_blueprint, file_at(2))
   return function(...)
      local cfy_local <close> = environment.open(given)
      return test(cfy_local, ...)
   end
end

return test_utils
