--- The arguments of the constructors in cloudify.mocks: by position, or by name in one table.
local argument_checks = require("cloudify.argument_checks")
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")
local mock_contexts = require("cloudify.mock_contexts")
local sets = require("cloudify.sets")

local arguments = {}

-- Objects that mocks are made of: a plain table of them would be taken for arguments by name.
local objects = setmetatable({}, {__mode = "k"})

local function is_table(value)
   return type(value) == "table" and core.type(value) ~= "array" or core.type(value) == "object"
end

local function is_list(value)
   return core.type(value) == "array" or type(value) == "table" and next(value) == nil
end

local KINDS = {
   string = {"a string", function(value) return type(value) == "string" and value ~= "" end},
   boolean = {"a boolean", function(value) return type(value) == "boolean" end},
   integer = {"an integer", function(value) return math.type(value) == "integer" end},
   seconds = {"a number of seconds above 0", function(value)
      return type(value) == "number" and value > 0
   end},
   data = {"a table", is_table},
   values = {"a list", is_list},
   any = {"a value", function() return true end},
   part = {"a table", is_table},
   parts = {"a list", is_list},
   place = {"a table of texts by path, or a folder", function(value)
      return is_table(value) or type(value) == "string" and value ~= ""
   end},
   side = {"'source' or 'target'", function(value)
      return value == "source" or value == "target"
   end},
}

-- Those that are data, as they are stored: they are copied.
local DATA = {data = true, values = true, any = true}

--- What can be given by position, in order; and the kind of each argument.
local CONSTRUCTORS = {
   MockCloudifyContext = {
      positional = {"node_id", "node_name"},
      kinds = {
         node_id = "string", node_name = "string", node_type = "string", type_hierarchy = "values",
         properties = "data", runtime_properties = "data", relationships = "parts",
         capabilities = "data", index = "integer", host_id = "string", scaling_groups = "data",
         drift = "any", node_instances = "parts", source = "part", target = "part",
         operation = "part", plugin = "part", resources = "place", secrets = "data",
         blueprint_id = "string", deployment_id = "string", deployment_display_name = "string",
         resource_tags = "data", execution_id = "string", execution_env = "data",
         workflow_id = "string", workflow_parameters = "data", task_id = "string",
         task_name = "string", resume = "boolean", tenant = "data", provider_context = "data",
         bootstrap_context = "data", config = "values", brokers = "values", managers = "values",
         print_logs = "boolean",
      },
      refused = {
         rest_token = "there is no REST service that ctx could talk to",
         related = "give the ends of the relationship, source and target",
      },
   },
   MockNodeContext = {
      positional = {"id", "properties", "type"},
      kinds = {id = "string", properties = "data", type = "string", type_hierarchy = "values"},
   },
   MockNodeInstanceContext = {
      positional = {"id", "runtime_properties", "relationships", "index"},
      kinds = {
         id = "string", runtime_properties = "data", relationships = "parts", index = "integer",
         state = "string", host_id = "string", scaling_groups = "data", drift = "any",
      },
   },
   MockRelationshipContext = {
      positional = {"target", "type"},
      kinds = {target = "part", type = "string", type_hierarchy = "values"},
   },
   MockRelationshipSubjectContext = {
      positional = {"node", "instance"},
      kinds = {node = "part", instance = "part"},
   },
   MockOperationContext = {
      positional = {"name", "retry_number", "max_retries"},
      kinds = {
         name = "string", retry_number = "integer", max_retries = "integer", relationship = "side",
         timeout = "seconds", timeout_recoverable = "boolean",
      },
   },
   plugin = {
      positional = {},
      kinds = {
         name = "string", package_name = "string", package_version = "string", source = "string",
         prefix = "string", workdir = "string", properties = "data",
      },
   },
}

--- Raise a NonRecoverableError in the name of a constructor.
function arguments.fail(constructor, what, ...)
   error(exceptions.NonRecoverableError(("%s: " .. what):format(constructor, ...)))
end

--- The names of a constructor's arguments, sorted.
---@return string[]
function arguments.names(constructor)
   return sets.keys(CONSTRUCTORS[constructor].kinds)
end

local function check_name(constructor, name, shape)
   local refusal = shape.refused and shape.refused[name]
   if refusal then
      arguments.fail(constructor, "no argument '%s': %s", name, refusal)
   elseif not shape.kinds[name] then
      arguments.fail(constructor, "%s", argument_checks.unknown(name, shape.kinds))
   end
end

local function check_value(constructor, name, kind, value)
   local misfit = argument_checks.misfit(name, KINDS[kind], value)
   if misfit then
      arguments.fail(constructor, "%s", misfit)
   end
   return DATA[kind] and mock_contexts.copy(value, constructor .. ": " .. name) or value
end

--- Check a table of arguments by name.
---@param constructor string whose arguments they are
---@param args table
---@return table args with a copy of all that is data
function arguments.check(constructor, args)
   local shape, checked = CONSTRUCTORS[constructor], {}
   for name, value in pairs(args) do
      check_name(constructor, name, shape)
      checked[name] = check_value(constructor, name, shape.kinds[name], value)
   end
   return checked
end

--- Let `object` be one that mocks are made of. Returns it.
function arguments.mark(object)
   objects[object] = true
   return object
end

--- The arguments that a constructor was called with, by name.
---@param constructor string
---@return table
function arguments.read(constructor, ...)
   local given, count = {...}, select("#", ...)
   local first, args = given[1], {}
   if count == 1 and type(first) == "table" and not objects[first] then
      return arguments.check(constructor, first)
   end
   local positional = CONSTRUCTORS[constructor].positional
   if count > #positional then
      arguments.fail(constructor, "takes %d arguments by position, got %d", #positional, count)
   end
   for i = 1, count do
      args[positional[i]] = given[i]
   end
   return arguments.check(constructor, args)
end

return arguments
