--- The operation_request that a mock is a ctx over, and what its engine answers from
--- (docs/protocol.md), both made of the arguments of MockCloudifyContext.
local arguments = require("cloudify.mocks.arguments")
local builder = require("cloudify.mocks.builder")
local core = require("cloudify.core")
local parts = require("cloudify.mocks.parts")
local sets = require("cloudify.sets")

local documents = {}

-- Arguments about the instance that the operation runs on; all of them need its node_id.
local OF_NODE = {"node_name", "node_type", "type_hierarchy", "properties"}
local OF_INSTANCE = {"runtime_properties", "relationships", "index", "host_id", "scaling_groups",
   "drift"}

local function fail(what, ...)
   arguments.fail("MockCloudifyContext", what, ...)
end

local function check_kind(args)
   if args.node_id and (args.source or args.target) then
      fail("node_id is for the operation of a node, source and target are for that of a "
         .. "relationship: give either")
   end
   for _, names in ipairs {OF_NODE, OF_INSTANCE, {"node_instances"}} do
      for _, name in ipairs(names) do
         if args[name] ~= nil and not args.node_id then
            fail("%s needs a node_id", name)
         end
      end
   end
   if args.capabilities and not (args.node_id or args.source or args.target) then
      fail("capabilities needs a node_id, or source and target")
   end
end

--- A relationship to each instance of `capabilities`, behind those that there are.
local function with_capabilities(relationships, capabilities)
   local all = {table.unpack(relationships or {})}
   for _, id in ipairs(sets.keys(capabilities)) do
      table.insert(all, {target = {instance = {id = id, runtime_properties = capabilities[id]}}})
   end
   return all
end

--- The arguments of the subject that ctx.node and ctx.instance are.
local function own_subject(args)
   local instance = {id = args.node_id}
   for _, name in ipairs(OF_INSTANCE) do
      instance[name] = args[name]
   end
   if args.capabilities then
      instance.relationships = with_capabilities(args.relationships, args.capabilities)
   end
   return {instance = instance, node = {id = args.node_name or args.node_id,
      type = args.node_type, type_hierarchy = args.type_hierarchy, properties = args.properties}}
end

--- One end of a relationship: both its documents.
local function side(build, subject, name)
   local node_id, instance_id = build:add_end(subject or {}, name, function(ctx)
      return ctx[name]
   end)
   return {node = build.nodes[node_id], instance = build.instances[instance_id]}
end

local function add_capabilities(build, instance, capabilities)
   local relationships = build:relationships(with_capabilities(nil, capabilities))
   for _, relationship in ipairs(relationships) do
      table.insert(instance.relationships, relationship)
   end
end

--- What the operation runs on, as the request has it.
local function add_sides(build, args, request)
   if args.node_id then
      local node_id, instance_id = build:add_end(own_subject(args), args.node_id, function(ctx)
         return ctx
      end)
      request.node, request.instance = build.nodes[node_id], build.instances[instance_id]
      for i, instance in ipairs(args.node_instances or {}) do
         build:add_instance(instance, node_id, node_id .. "_" .. i)
      end
   elseif args.source or args.target then
      request.source = side(build, args.source, "source")
      request.target = side(build, args.target, "target")
      if args.capabilities then
         add_capabilities(build, request[request.operation.relationship].instance,
            args.capabilities)
      end
   end
end

local function operation(build, args)
   local given, record = parts.arguments("MockOperationContext", args.operation or {})
   build:adopt(record, function(ctx) return ctx.operation end)
   local is_related = args.source or args.target
   if given.relationship and not is_related then
      fail("operation.relationship is for operations of a relationship")
   end
   return {
      name = given.name, retry_number = given.retry_number or 0,
      max_retries = given.max_retries or -1, timeout = given.timeout,
      timeout_recoverable = given.timeout_recoverable or false,
      relationship = is_related and (given.relationship or "source") or nil,
   }
end

local function plugin(args, workdir)
   local document = {}
   for name, value in pairs(arguments.check("plugin", args.plugin or {})) do
      document[name] = value
   end
   document.properties = document.properties or {}
   if document.name and not document.workdir then
      document.workdir = ("%s/plugins/%s"):format(workdir, document.name)
   end
   return document
end

local function context(args)
   return {
      blueprint = {id = args.blueprint_id},
      deployment = {id = args.deployment_id, display_name = args.deployment_display_name,
         resource_tags = args.resource_tags or {}},
      execution_id = args.execution_id, execution_env = args.execution_env or {},
      workflow_id = args.workflow_id, workflow_parameters = args.workflow_parameters or {},
      tenant = args.tenant or {},
      config = args.config, brokers = args.brokers, managers = args.managers,
   }
end

local function executions(args)
   if not args.execution_id then
      return {}
   end
   return {[args.execution_id] = {
      id = args.execution_id, status = "started", workflow_id = args.workflow_id,
      deployment_id = args.deployment_id, blueprint_id = args.blueprint_id,
      parameters = args.workflow_parameters or {},
   }}
end

local function provider_context(args)
   local value = core.totable(args.provider_context or {})
   if args.bootstrap_context then
      value.cloudify = args.bootstrap_context
   end
   return value
end

--- Whose plugin and module an operation's function is in, and its name there.
local function function_names(task_name)
   local module, name = (task_name or ""):match("^(.*)%.([^.]*)$")
   return module or "", name or task_name or ""
end

--- Make both documents.
---@param args table<string, any> checked arguments of MockCloudifyContext
---@param places {resources: string, workdir: string} folders
---@return table request
---@return table answers
---@return cloudify.mocks.Builder build to be finished with the ctx
function documents.make(args, places)
   check_kind(args)
   local build = builder.new()
   local module, name = function_names(args.task_name)
   local request = {
      version = 1, type = "operation_request", id = args.task_id, module = module,
      ["function"] = name, inputs = {}, resume = args.resume or false,
      context = context(args), operation = operation(build, args),
      plugin = plugin(args, places.workdir),
      resources = places.resources, workdir = places.workdir,
   }
   add_sides(build, args, request)
   local instance = request.instance or request.source and request.source.instance or {}
   return request, {
      deployment_id = args.deployment_id, nodes = build.nodes, instances = build.instances,
      secrets = args.secrets or {}, executions = executions(args),
      provider_context = provider_context(args),
      operation = {
         id = args.task_id, execution_id = args.execution_id, name = request.operation.name,
         type = "RemoteWorkflowTask", node_instance_id = instance.id, state = "started",
         retry = request.operation.retry_number,
      },
   }, build
end

return documents
