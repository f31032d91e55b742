--- A ctx for unit tests of plugins (runtime.md 9.2): the same that operations get, over a
--- deployment in memory. It refuses what it would refuse at run time, and it lets a spec see what
--- the operation logged, saved and asked for.
local arguments = require("cloudify.mocks.arguments")
local documents = require("cloudify.mocks.documents")
local files = require("cloudify.files")
local folders = require("cloudify.mocks.folders")
local mock_contexts = require("cloudify.mock_contexts")
local parts = require("cloudify.mocks.parts")
local state = require("cloudify.state")

local mocks = {}

local function fail(what, ...)
   arguments.fail("MockCloudifyContext", what, ...)
end

--- Write texts to the files of a folder, by their paths.
local function write_resources(folder, texts)
   for path, text in pairs(texts) do
      if type(path) ~= "string" or type(text) ~= "string" then
         fail("resources must be texts by path")
      elseif path:sub(1, 1) == "/" or path:find("..", 1, true) then
         fail("resources: the path '%s' leads out of the blueprint's folder", path)
      end
      local file = files.join(folder, path)
      files.mkdir(file:match("^(.*)/"))
      files.write(file, text)
   end
end

--- A ctx over these arguments.
local function make(args)
   local folder, root = folders.new()
   local places = {
      workdir = files.join(folder, "work"),
      resources = files.join(folder, "resources"),
   }
   if type(args.resources) == "string" then
      places.resources = args.resources
   end
   local request, answers, build = documents.make(args, places)
   local ctx = mock_contexts.new(request, answers,
      {folder = folder, root = root, prints = args.print_logs})
   if type(args.resources) == "table" then
      write_resources(places.resources, args.resources)
   end
   build:finish(ctx)
   return ctx
end

--- A constructor of parts. `around` says, for a part, the arguments of the ctx that it is in as
--- long as it has been given to no other.
local function constructor(name, around)
   return function(...)
      return parts.new(name, arguments.read(name, ...), function(part)
         make(around(part))
      end)
   end
end

--- The ctx of an operation: of a node's with node_id, of a relationship's with source or target, of
--- the deployment's with neither. It lives as long as something refers to it or to its parts.
---@param args cloudify.mocks.Arguments
---@return cloudify.Ctx
function mocks.MockCloudifyContext(args, ...)
   if args == nil and select("#", ...) == 0 then
      args = {}
   end
   return make(arguments.read("MockCloudifyContext", args, ...))
end

mocks.MockNodeContext = constructor("MockNodeContext", function(part)
   return {source = {node = part}}
end)
mocks.MockNodeInstanceContext = constructor("MockNodeInstanceContext", function(part)
   return {source = {instance = part}}
end)
mocks.MockRelationshipSubjectContext = constructor("MockRelationshipSubjectContext", function(part)
   return {source = part}
end)
mocks.MockRelationshipContext = constructor("MockRelationshipContext", function(part)
   return {source = {instance = {id = "source", relationships = {part}}}}
end)
mocks.MockOperationContext = constructor("MockOperationContext", function(part)
   return {operation = part}
end)

--- A table with the same keys, for what has no constructor of its own.
---@param values table<string, any>
---@return table
function mocks.MockContext(values)
   assert(type(values) == "table", "MockContext: a table is expected")
   local copy = {}
   for key, value in pairs(values) do
      copy[key] = value
   end
   return arguments.mark(copy)
end

-- ---- what a spec may ask about a mock ----

local function matching(list, key, value)
   local found = {}
   for _, item in ipairs(list) do
      if value == nil or item[key] == value then
         table.insert(found, item)
      end
   end
   return found
end

--- What was logged through ctx.logger.
---@param ctx cloudify.Ctx a mock
---@param level? string only records of this level: "debug", "info", "warning", "error", "critical"
---@return {level: string, logger: string, message: string}[]
function mocks.logs(ctx, level)
   return matching(mock_contexts.logs(ctx), "level", level)
end

--- The texts of the events that were sent with ctx:send_event().
---@param ctx cloudify.Ctx a mock
---@return string[]
function mocks.events(ctx)
   local texts = {}
   for i, event in ipairs(mock_contexts.events(ctx)) do
      texts[i] = event.message
   end
   return texts
end

--- What the engine was asked: related instances and nodes, updates, secrets (docs/protocol.md).
---@param ctx cloudify.Ctx a mock
---@param method? string only calls of this method: "get_instance", "update_instance", "get_secret"
---@return {method: string, arguments: table}[]
function mocks.calls(ctx, method)
   return matching(mock_contexts.calls(ctx), "method", method)
end

--- What ctx.operation:retry() has asked for, or nil; the last call counts.
---@param ctx cloudify.Ctx a mock
---@return cloudify.Exception? retry an OperationRetry
function mocks.retry(ctx)
   return mock_contexts.retry(ctx)
end

--- The id of the instance that the operation runs on.
local function own_id(ctx)
   local side = ctx.operation.relationship
   return (side and ctx[side].instance or ctx.instance).id
end

--- The runtime properties of an instance as they are saved: without changes that no update() and
--- no end of the operation has saved.
---@param ctx cloudify.Ctx a mock
---@param id? string of an instance of the mock; default: that of the operation
---@return table
function mocks.saved(ctx, id)
   return mock_contexts.stored(ctx, id or own_id(ctx)).runtime_properties
end

--- Save other runtime properties, as an operation that runs at the same time would: what ctx knows
--- of the instance is out of date from now on.
---@param ctx cloudify.Ctx a mock
---@param runtime_properties table
---@param id? string of an instance of the mock; default: that of the operation
function mocks.save_elsewhere(ctx, runtime_properties, id)
   mock_contexts.change(ctx, id or own_id(ctx), runtime_properties)
end

--- Saves the runtime properties at the end of a block, also where an error ends it. That is not
--- caught for it: whoever reports the error sees where it was raised.
local function saving(ctx)
   return setmetatable({}, {__close = function() mock_contexts.save(ctx) end})
end

local function call_and_save(operation, ctx, inputs)
   local _ <close> = saving(ctx)
   local value = operation(ctx, inputs)
   return value
end

--- Run an operation as the runtime does: with ctx as the current one, saving the runtime properties
--- when it has ended, whatever came of it. Raises what it raises, an error from saving first of
--- all; and an OperationRetry where it has asked for a retry.
---@param operation fun(ctx: cloudify.Ctx, inputs: table): any
---@param ctx cloudify.Ctx a mock
---@param inputs? table
---@return any value what the operation returns
function mocks.run(operation, ctx, inputs)
   if type(operation) ~= "function" then
      error(("mocks.run: an operation is expected, not %s: does its module have a function of that "
         .. "name?"):format(operation == nil and "nil" or "a " .. type(operation)), 2)
   end
   inputs = inputs or {}
   local _ <close> = state.current_ctx:push(ctx, inputs)
   local value = call_and_save(operation, ctx, inputs)
   local retry = mock_contexts.retry(ctx)
   if retry then
      error(retry)
   end
   return value
end

return mocks
