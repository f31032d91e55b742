--- The arguments of cloudify.test_utils, by name, with their types.
local argument_checks = require("cloudify.argument_checks")

local options = {}

options.types = {
   test = {copy_plugin_yaml = "boolean", resources_to_copy = "table", temp_dir_prefix = "string",
      init_args = "table", inputs = "table", input_func_args = "table",
      input_func_kwargs = "table"},
   init_args = {name = "string", inputs = "table", ignored_modules = "table",
      provider_context = "table", plugin_directories = "table", secrets = "table"},
   execute = {parameters = "table", allow_custom_parameters = "boolean", task_retries = "number",
      task_retry_interval = "number", subgraph_retries = "number", wait_after_fail = "number",
      task_thread_pool_size = "number", virtual_clock = "boolean", isolated = "boolean",
      dry_run = "boolean"},
}

--- Raise what is wrong with the names or types of what is given.
local function check(given, types, where)
   for name, value in pairs(given) do
      local wanted = types[name]
      if not wanted then
         error(where .. ": " .. argument_checks.unknown(name, types), 0)
      end
      local is_function = name == "inputs" and type(value) == "function"
      if type(value) ~= wanted and not is_function then
         error(("%s: argument '%s' must be a %s, not a %s"):format(where, name, wanted,
            type(value)), 0)
      end
   end
end

--- The arguments of a test, checked, in a table of its own.
---@param given? cloudify.TestOptions
---@param path_or_blueprint? string else among those given
---@param test_file string
function options.of_test(given, path_or_blueprint, test_file)
   local settings = {}
   for name, value in pairs(given or {}) do
      settings[name] = value
   end
   path_or_blueprint = path_or_blueprint or settings.path_or_blueprint or settings[1]
   settings.path_or_blueprint, settings[1] = nil, nil
   check(settings, options.types.test, "test_utils")
   check(settings.init_args or {}, options.types.init_args, "test_utils: init_args")
   if type(path_or_blueprint) ~= "string" then
      error("test_utils: no blueprint is given: name its file, or give its text", 0)
   end
   if settings.inputs and (settings.init_args or {}).inputs then
      error("test_utils: inputs are given twice, as 'inputs' and in 'init_args'", 0)
   end
   settings.path_or_blueprint, settings.test_file = path_or_blueprint, test_file
   return settings
end

--- The options of execute(), checked.
function options.of_execute(given)
   given = given or {}
   check(given, options.types.execute, "execute")
   return given
end

return options
