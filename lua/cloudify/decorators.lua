--- Marks on the functions of plugins (runtime.md 3.4). What is marked is a function that calls the
--- one it was made of, so that two decorations of one function know nothing of each other.
local exceptions = require("cloudify.exceptions")
local sets = require("cloudify.sets")
local state = require("cloudify.state")

local decorators = {}

local marks = setmetatable({}, {__mode = "k"})
local unknown_options = setmetatable({}, {__mode = "k"})

local function marked(func, options)
   local wrapper = function(...) return func(...) end
   marks[wrapper] = options
   return wrapper
end

--- What to tell whoever checks a plugin; at run time such options are ignored.
local function unknown(name, options, known)
   local names = {}
   for option in pairs(options) do
      if not known[option] then
         table.insert(names, tostring(option))
      end
   end
   table.sort(names)
   return {decorator = name, names = names, known = known}
end

--- A decorator of that name: `decorate(func, options)` gives the decorated function. Takes the
--- function, or options and gives what takes the function. `known` has the names of options.
local function decorator(name, known, decorate)
   known = sets.of(known)
   local function checked(func, options)
      if type(func) ~= "function" then
         error(name .. ": a function is expected", 3)
      end
      local decorated = decorate(func, options)
      unknown_options[decorated] = unknown(name, options, known)
      return decorated
   end
   return function(argument, ...)
      if type(argument) == "function" then
         return (checked(argument, {}))
      elseif type(argument) ~= "table" then
         error(name .. ": a function or a table of options is expected", 2)
      elseif select("#", ...) > 0 then
         error(("%s takes options or a function, not both: %s {...}(function(...) ... end)")
            :format(name, name), 2)
      end
      return function(func)
         return (checked(func, argument))
      end
   end
end

local function with(options, name, value)
   local all = {}
   for key, option in pairs(options) do
      all[key] = option
   end
   all[name] = value
   return all
end

--- What an operation is called with: code that calls one by itself, as specs do, may leave out the
--- current ctx with its parameters, and inputs that are empty.
local function operation_arguments(...)
   local count, current = select("#", ...), state.current_ctx
   if count == 0 and current.ctx ~= nil then
      return current.ctx, current.parameters
   elseif count == 1 then
      return ..., {}
   end
   return ...
end

--- `operation(f)` or `operation{resumable = true, async = true}(f)`. Resumable: may be run again
--- after an interruption. Async: promises to wait only through cloudify.aio, and shares its worker.
decorators.operation = decorator("operation", {"resumable", "async"}, function(func, options)
   return marked(function(...)
      return func(operation_arguments(...))
   end, with(options, "kind", "operation"))
end)
decorators.task = decorators.operation
--- `workflow(f)` or `workflow{resumable = true}(f)`.
decorators.workflow = decorator("workflow", {"resumable"}, function(func, options)
   return marked(func, with(options, "kind", "workflow"))
end)

--- Defaults for a function that is handed to ctx:local_task() of workflows: total_retries,
--- retry_interval, kwargs, send_task_events, name. They go before what the call says, unless that
--- says override_task_config.
decorators.task_config = decorator("task_config", {"total_retries", "retry_interval",
   "kwargs", "send_task_events", "name"}, function(func, options)
   return marked(func, with(decorators.options(func), "task_config", options))
end)

--- The instance of the lowest index that must come first and is not that far; nil: it is our turn.
local function predecessor(ctx, threshold, states)
   local ready, first = 0, nil
   local before = ctx.instance.index
   for _, instance in ipairs(ctx:get_node_instances(ctx.node.id)) do
      if states[instance.state] then
         ready = ready + 1
      elseif instance.index < before then
         first, before = instance, instance.index
      end
   end
   return ready >= threshold and first or nil
end

--- An operation that runs on the instances of a node one after the other, by index: it is tried
--- again later while an instance of a lower index is in none of `states` ({"started"}). So it is in
--- the `workflows` ({"install"}), once `threshold` (0) instances are in one of those states. Other
--- options are those of operation().
decorators.serial_operation = decorator("serial_operation", {"threshold", "workflows",
   "states", "resumable", "async"}, function(func, options)
   local threshold = options.threshold or 0
   local workflows = sets.of(options.workflows or {"install"})
   local states = sets.of(options.states or {"started"})
   return decorators.operation(options)(function(ctx, ...)
      local first = workflows[ctx.workflow_id] and predecessor(ctx, threshold, states)
      if first then
         error(exceptions.CloudifySerializationRetry(("%s waits for its turn: %s is %s"):format(
            ctx.instance.id, first.id, first.state)))
      end
      return func(ctx, ...)
   end)
end)

--- The marks of `func`: {} for a plain function.
function decorators.options(func)
   return marks[func] or {}
end

--- The options that `func` was decorated with and its decorator does not know, by name; nil for a
--- plain function.
---@return {decorator: string, names: string[], known: table<string, true>}?
function decorators.unknown_options(func)
   return unknown_options[func]
end

--- The options of ctx:local_task(func, options), those of its task_config among them.
function decorators.local_task_options(func, options)
   options = options or {}
   local config = decorators.options(func).task_config or {}
   local weaker, stronger = options, config
   if options.override_task_config then
      weaker, stronger = config, options
   end
   local all = {}
   for _, source in ipairs {weaker, stronger} do
      for name, value in pairs(source) do
         all[name] = value
      end
   end
   return all
end

return decorators
