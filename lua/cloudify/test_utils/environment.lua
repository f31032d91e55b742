--- The deployment of a test: what a workflow test is handed as `cfy_local` (runtime.md 8).
local assertions = require("cloudify.test_utils.assertions")
local exceptions = require("cloudify.exceptions")
local local_environment = require("cloudify.local_environment")
local arguments = require("cloudify.test_utils.options")
local plugin_loader = require("cloudify.plugin_loader")
local sets = require("cloudify.sets")
local storage = require("cloudify.test_utils.storage")
local workplace = require("cloudify.test_utils.workplace")

local environment = {}

---@class cloudify.LocalEnvironment
---@field name string of the deployment
---@field plan table the plan of the deployment
---@field created_at string
---@field storage cloudify.LocalStorage
---@field private core any the deployment, in C
---@field private place cloudify.test_utils.Workplace
local LocalEnvironment = {}

--- Read when they are asked for.
local LAZY = {
   plan = function(self) return self.core:plan() end,
   created_at = function(self) return self.core:deployment().created_at end,
}

function LocalEnvironment.__index(self, name)
   local lazy = LAZY[name]
   return lazy and lazy(self) or LocalEnvironment[name]
end

--- That each function that the blueprint maps is there (runtime.md 8.1).
local function check_operations(core, ignored_modules)
   local ignored = sets.of(ignored_modules)
   local _ <close> = plugin_loader.scope()
   for _, mapped in ipairs(core:operations()) do
      local module, name = mapped["function"]:match("^(.*)%.([^.]*)$")
      if module and not ignored[module] then
         local ok, err = pcall(plugin_loader.resolve, mapped.plugin, module, name)
         if not ok then
            error(("node '%s', %s, '%s': %s"):format(mapped.node, mapped.kind, mapped.operation,
               tostring(err)), 0)
         end
      end
   end
end

--- What the execution that has just failed has to say.
local function failure(self, text)
   local list = self.core:executions()
   local last = list[#list]
   return exceptions.WorkflowFailed(last and type(last.error) == "string" and last.error or text)
end

local function execute(self, workflow, given)
   local options = arguments.of_execute(given)
   local _ <close> = not options.isolated and plugin_loader.scope(assertions.final) or nil
   local ok, value, text = self.core:execute(workflow, options.parameters or {}, options)
   if ok then
      return true, value
   end
   return false, failure(self, text)
end

--- Run a workflow to its end. Returns what it returns; raises its error.
---@type fun(self: any, workflow: string, options?: cloudify.ExecuteOptions): any
LocalEnvironment.execute = local_environment.raising(execute)

--- The outputs, evaluated now.
---@return table<string, any>
function LocalEnvironment:outputs()
   return self.core:outputs()
end

--- The capabilities, evaluated now.
---@return table<string, any>
function LocalEnvironment:capabilities()
   return self.core:capabilities()
end

--- A value with the intrinsic functions in it evaluated, now.
---@param payload any
---@param context? {self?: string, source?: string, target?: string} ids of node instances
---@return any
function LocalEnvironment:evaluate_functions(payload, context)
   return self.core:evaluate(payload, context or {})
end

--- The events and logs of all that was executed, oldest first.
---@param filter? cloudify.EventFilter
---@return table[]
function LocalEnvironment:events(filter)
   return self.core:events(filter or {})
end

--- How many seconds of retries the virtual clock has left out so far.
---@return number
function LocalEnvironment:waited()
   return self.core:waited()
end

--- Stands for the deployment in C after its end.
local CLOSED = setmetatable({}, {__index = function()
   error("the deployment is closed: its test is over", 0)
end})

--- End the deployment and remove what was made for it.
function LocalEnvironment:close()
   if self.core ~= CLOSED then
      if self.core then
         self.core:close()
      end
      self.core = CLOSED
      self.place:remove()
   end
end

LocalEnvironment.__close = LocalEnvironment.close
LocalEnvironment.__gc = LocalEnvironment.close

--- The inputs of the deployment, which a function may make.
local function inputs_of(settings)
   local inputs = settings.inputs or (settings.init_args or {}).inputs
   if type(inputs) ~= "function" then
      return inputs
   end
   local positional = {table.unpack(settings.input_func_args or {})}
   local named = {}
   for name, value in pairs(settings.input_func_kwargs or {}) do
      named[name] = value
   end
   named.decorator_kwargs = settings
   positional[#positional + 1] = named
   return inputs(table.unpack(positional))
end

local function open(settings, place)
   local given = settings.init_args or {}
   local name = given.name or "local"
   local self = setmetatable({name = name, place = place}, LocalEnvironment)
   self.core = local_environment.open {
      store = place.store,
      secret_key = place.secret_key,
      blueprint = place.blueprint,
      name = name,
      project = place.project,
      inputs = inputs_of(settings),
      plugin_directories = place:directories(given.plugin_directories),
      provider_context = given.provider_context,
   }
   check_operations(self.core, given.ignored_modules)
   self.storage = storage.new(self.core)
   for key, value in pairs(given.secrets or {}) do
      self.core:set_secret(key, value)
   end
   return self
end

---@return cloudify.LocalEnvironment
function environment.open(settings)
   local place = workplace.new(settings)
   local ok, result = pcall(open, settings, place)
   if not ok then
      place:remove()
      error(result, 0)
   end
   return result
end

return environment
