---@meta cloudify.mocks
--- Mocks of ctx for unit tests, and what their constructors take.

--- A part of a mock: what its constructor made, or a table of that constructor's arguments.
---@alias cloudify.mocks.Node cloudify.Node|cloudify.mocks.NodeArguments
---@alias cloudify.mocks.Instance cloudify.Instance|cloudify.mocks.InstanceArguments
---@alias cloudify.mocks.Relationship cloudify.Relationship|cloudify.mocks.RelationshipArguments
---@alias cloudify.mocks.Subject cloudify.RelationshipEnd|cloudify.mocks.SubjectArguments
---@alias cloudify.mocks.Operation cloudify.Operation|cloudify.mocks.OperationArguments

--- Of MockCloudifyContext. All that is data is copied.
---@class cloudify.mocks.Arguments
---@field node_id? string id of ctx.instance
---@field node_name? string id of ctx.node; default: node_id
---@field node_type? string default: cloudify.nodes.Root
---@field type_hierarchy? string[] default: cloudify.nodes.Root and the type
---@field properties? table<string, any> of ctx.node
---@field runtime_properties? table<string, any> of ctx.instance
---@field relationships? cloudify.mocks.Relationship[] of ctx.instance
---@field capabilities? table<string, table> id of an instance to relate to -> runtime properties
---@field index? integer of ctx.instance among those of its node; default: 1
---@field host_id? string id of the instance that is the host, its own or one that it relates to
---@field scaling_groups? table<string, string> id of a group's instance -> name of the group
---@field drift? any what the last check_drift found
---@field node_instances? cloudify.mocks.Instance[] other instances of the node
---@field source? cloudify.mocks.Subject an operation of a relationship: its ends
---@field target? cloudify.mocks.Subject
---@field operation? cloudify.mocks.Operation
---@field plugin? cloudify.mocks.PluginArguments
---@field resources? table<string, string>|string texts by path; or a folder
---@field secrets? table<string, any>
---@field blueprint_id? string
---@field deployment_id? string
---@field deployment_display_name? string default: deployment_id
---@field resource_tags? table<string, any>
---@field execution_id? string
---@field execution_env? table<string, string>
---@field workflow_id? string
---@field workflow_parameters? table<string, any>
---@field task_id? string
---@field task_name? string "MODULE.FUNCTION"
---@field resume? boolean this run repeats one that was interrupted
---@field tenant? table
---@field provider_context? table
---@field bootstrap_context? table what the provider context says under `cloudify`
---@field config? table[] what ctx:get_config() gives
---@field brokers? table[] default: this machine
---@field managers? table[] default: this machine
---@field print_logs? boolean records of level info and above go to standard output, too

---@class cloudify.mocks.NodeArguments
---@field id? string
---@field properties? table<string, any>
---@field type? string default: cloudify.nodes.Root
---@field type_hierarchy? string[] default: cloudify.nodes.Root and the type

---@class cloudify.mocks.InstanceArguments
---@field id? string
---@field runtime_properties? table<string, any>
---@field relationships? cloudify.mocks.Relationship[]
---@field index? integer default: 1
---@field state? string default: uninitialized
---@field host_id? string
---@field scaling_groups? table<string, string>
---@field drift? any

---@class cloudify.mocks.RelationshipArguments
---@field target cloudify.mocks.Subject
---@field type? string default: cloudify.relationships.depends_on
---@field type_hierarchy? string[] default: cloudify.relationships.depends_on and the type

--- Without a node, it is named as the instance is, and the other way round.
---@class cloudify.mocks.SubjectArguments
---@field node? cloudify.mocks.Node
---@field instance? cloudify.mocks.Instance

---@class cloudify.mocks.OperationArguments
---@field name? string
---@field retry_number? integer default: 0
---@field max_retries? integer default: -1, unlimited
---@field relationship? "source"|"target" the side that it runs on; default: source
---@field timeout? number seconds
---@field timeout_recoverable? boolean

---@class cloudify.mocks.PluginArguments
---@field name? string
---@field package_name? string
---@field package_version? string
---@field source? string
---@field prefix? string folder of the plugin
---@field workdir? string default: a folder that goes with the mock
---@field properties? table<string, any>

---@class cloudify.mocks.Log
---@field level string
---@field logger string
---@field message string

---@class cloudify.mocks.Call
---@field method string "get_instance", "update_instance", "get_secret"
---@field arguments table

--- A ctx for unit tests: the same that operations get, over a deployment in memory. It refuses what
--- it would refuse at run time.
---@class cloudify.mocks
local mocks = {}

--- The ctx of an operation: of a node's with node_id, of a relationship's with source or target,
--- of the deployment's with neither.
---@param args? cloudify.mocks.Arguments
---@return cloudify.Ctx
---@overload fun(node_id: string, node_name?: string, args?: cloudify.mocks.Arguments): cloudify.Ctx
function mocks.MockCloudifyContext(args) end

---@param args cloudify.mocks.NodeArguments
---@return cloudify.Node
---@overload fun(id: string, properties?: table, type?: string): cloudify.Node
function mocks.MockNodeContext(args) end

---@param args cloudify.mocks.InstanceArguments
---@return cloudify.Instance
---@overload fun(id: string, runtime_properties?: table): cloudify.Instance
function mocks.MockNodeInstanceContext(args) end

---@param args cloudify.mocks.RelationshipArguments
---@return cloudify.Relationship
---@overload fun(target: cloudify.mocks.Subject, type?: string): cloudify.Relationship
function mocks.MockRelationshipContext(args) end

---@param args cloudify.mocks.SubjectArguments
---@return cloudify.RelationshipEnd
function mocks.MockRelationshipSubjectContext(args) end

---@param args cloudify.mocks.OperationArguments
---@return cloudify.Operation
---@overload fun(name: string, retry_number?: integer, max_retries?: integer): cloudify.Operation
function mocks.MockOperationContext(args) end

--- A table with the same keys, for what has no constructor of its own.
---@param values table<string, any>
---@return table
function mocks.MockContext(values) end

--- What was logged through ctx.logger.
---@param ctx cloudify.Ctx a mock
---@param level? string only records of this level: "debug", "info", "warning", "error", "critical"
---@return cloudify.mocks.Log[]
function mocks.logs(ctx, level) end

--- The texts of the events that were sent with ctx:send_event().
---@param ctx cloudify.Ctx a mock
---@return string[]
function mocks.events(ctx) end

--- What the engine was asked.
---@param ctx cloudify.Ctx a mock
---@param method? string only calls of this method
---@return cloudify.mocks.Call[]
function mocks.calls(ctx, method) end

--- What ctx.operation:retry() has asked for, an OperationRetry; the last call counts.
---@param ctx cloudify.Ctx a mock
---@return cloudify.Exception? retry
function mocks.retry(ctx) end

--- The runtime properties of an instance as they are saved.
---@param ctx cloudify.Ctx a mock
---@param id? string of an instance of the mock; default: that of the operation
---@return table
function mocks.saved(ctx, id) end

--- Save other runtime properties, as an operation that runs at the same time would.
---@param ctx cloudify.Ctx a mock
---@param runtime_properties table
---@param id? string of an instance of the mock; default: that of the operation
function mocks.save_elsewhere(ctx, runtime_properties, id) end

--- Run an operation as the runtime does: with ctx as the current one, saving the runtime properties
--- when it has ended. Raises what it raises; and an OperationRetry where it has asked for a retry.
---@param operation cloudify.OperationFunction
---@param ctx cloudify.Ctx a mock
---@param inputs? table
---@return any value what the operation returns
function mocks.run(operation, ctx, inputs) end

return mocks
