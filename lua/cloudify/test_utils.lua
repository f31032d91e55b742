--- Tests of plugins: workflows of a blueprint, run in the process of the spec (runtime.md 9.1).
local arguments = require("cloudify.test_utils.options")
local environment = require("cloudify.test_utils.environment")

require("cloudify.test_utils.assertions").teach()

local test_utils = {}

--- The file that the code at `level` of the stack is in.
local function file_at(level)
   local source = debug.getinfo(level + 1, "S").source
   return source:match("^@(.*)$") or "./?"
end

--- A deployment for the time of a scope: `local cfy_local <close> = local_env {PATH, ...}`.
---@param options cloudify.TestOptions with the blueprint, a path or its text, as its first entry
---@return cloudify.LocalEnvironment
function test_utils.local_env(options)
   return environment.open(arguments.of_test(options, nil, file_at(2)))
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
   local given = arguments.of_test(options, path_or_blueprint, file_at(2))
   return function(...)
      local cfy_local <close> = environment.open(given)
      return test(cfy_local, ...)
   end
end

return test_utils
