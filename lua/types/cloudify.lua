---@meta cloudify
--- What operations are handed, and the module that plugins require.

--- Data seen through ctx: behaves like a table at every depth, but is userdata.
---@alias cloudify.Data table<string|integer, any>

--- What may be said of a resource, by name, in a table that comes last.
---@class cloudify.ResourceOptions
---@field path? string of a file in the deployment's work directory or the blueprint's folder; a URL
---@field target_path? string file (or folder) to write
---@field template_variables? table<string, any>
---@field scope? "deployment"|"operation" until when the copy stays where there is no target_path
---@field ca? string file of certificates that are trusted
---@field timeout? number seconds for a whole download; 600
---@field size_limit? integer bytes; of URLs: 64 MiB for content, 1 GiB for files

---@class cloudify.OperationRecord
---@field id string
---@field execution_id string
---@field name string
---@field type string
---@field node_instance_id string
---@field state string
---@field retry integer

--- A manager or a broker.
---@class cloudify.Machine
---@field hostname string
---@field private_ip string
---@field networks table<string, string> address by network

--- What an operation knows and can do.
---@class cloudify.Ctx
---@field type "node-instance"|"relationship-instance"|"deployment"
---@field node cloudify.Node only in a node-instance context
---@field instance cloudify.Instance only in a node-instance context
---@field source cloudify.RelationshipEnd only in a relationship-instance context
---@field target cloudify.RelationshipEnd only in a relationship-instance context
---@field operation cloudify.Operation
---@field plugin cloudify.Plugin
---@field logger cloudify.Logger
---@field deployment cloudify.Deployment
---@field blueprint cloudify.Blueprint
---@field execution_id string
---@field workflow_id string
---@field workflow_parameters cloudify.Data read-only
---@field execution_env cloudify.Data read-only; empty
---@field task_id string of this run of the operation
---@field task_type string "operation"
---@field task_name string path of the function, "MODULE.FUNCTION"
---@field task_target nil
---@field task_queue nil
---@field timeout? number seconds
---@field timeout_recoverable boolean
---@field resume boolean this run repeats one that was interrupted; may be assigned
---@field provider_context cloudify.Data read-only
---@field bootstrap_context cloudify.BootstrapContext
---@field capabilities cloudify.Capabilities not in a deployment context
---@field agent cloudify.Agent only for a Compute node
---@field tenant cloudify.Data read-only; empty
---@field tenant_name nil
---@field bypass_maintenance boolean
---@field execution_token nil
---@field execution_creator_username nil
---@field rest_host nil
---@field rest_port nil
---@field rest_token nil
---@field rest_ssl_cert nil
local Ctx = {}

--- Record an event of type `plugin_event`.
---@param text string
function Ctx:send_event(text) end

--- The value of a secret.
---@param key string
---@return any
function Ctx:get_secret(key) end

--- Where a resource can be read.
---@param path string
---@return string path
function Ctx:resource_path(path) end

--- The content of a resource.
---@param path string|cloudify.ResourceOptions
---@param options? cloudify.ResourceOptions
---@return string
function Ctx:get_resource(path, options) end

--- The content of a resource, rendered as a template with `variables` and `ctx`.
---@param path string|cloudify.ResourceOptions
---@param variables? table<string, any>|cloudify.ResourceOptions
---@param options? cloudify.ResourceOptions
---@return string
function Ctx:get_resource_and_render(path, variables, options) end

--- Copy a resource to a file.
---@param path string|cloudify.ResourceOptions
---@param target_path? string|cloudify.ResourceOptions nil: a new file in a private folder
---@param options? cloudify.ResourceOptions
---@return string path of the copy
function Ctx:download_resource(path, target_path, options) end

---@param path string|cloudify.ResourceOptions
---@param target_path? string|cloudify.ResourceOptions nil: a new file in a private folder
---@param variables? table<string, any>|cloudify.ResourceOptions
---@param options? cloudify.ResourceOptions
---@return string path of the copy
function Ctx:download_resource_and_render(path, target_path, variables, options) end

--- Copy a folder of resources, from the work directory and the blueprint's folder.
---@param path string|cloudify.ResourceOptions
---@param target_path? string|cloudify.ResourceOptions nil: a new folder in a private one
---@param options? cloudify.ResourceOptions
---@return string path of the copy
function Ctx:download_directory(path, target_path, options) end

--- The record of an execution of this deployment.
---@param id? string nil: the current one
---@return table
function Ctx:get_execution(id) end

--- The record of this operation.
---@return cloudify.OperationRecord
function Ctx:get_operation() end

--- The instances of a node of this deployment.
---@param node string
---@return {id: string, index: integer, state: string}[]
function Ctx:get_node_instances(node) end

--- Does nothing: the engine keeps the states of operations.
---@param state string
function Ctx:update_operation(state) end

---@param name? string
---@param scope? string
---@return table[] none
function Ctx:get_config(name, scope) end

---@param network? string nil: "default"
---@return cloudify.Machine[]
function Ctx:get_managers(network) end

---@param network? string nil: "default"
---@return cloudify.Machine[]
function Ctx:get_brokers(network) end

--- The deployment's folder.
---@return string path
function Ctx:local_deployment_workdir() end

--- Does nothing: the folder is on this machine.
function Ctx:download_deployment_workdir() end

--- Does nothing: the folder is on this machine.
function Ctx:upload_deployment_workdir() end

--- A guard for a to-be-closed variable that does nothing.
---@return table
function Ctx:sync_deployment_workdir() end

--- Copy a file into the deployment's folder.
---@param target_file_path string relative to the folder
---@param src_file string
function Ctx:upload_deployment_file(target_file_path, src_file) end

--- Remove a file from the deployment's folder.
---@param file_path string relative to the folder
function Ctx:delete_deployment_file(file_path) end

---@class cloudify.Node
---@field id string name of the node in the blueprint
---@field name string the same
---@field type string
---@field type_hierarchy string[] the base first
---@field properties cloudify.Data read-only
---@field number_of_instances integer

---@class cloudify.Instance
---@field id string
---@field index integer among the instances of the node, from 1
---@field node cloudify.Node
---@field runtime_properties cloudify.Data read-only for related instances; may be replaced
---@field relationships cloudify.Relationship[]
---@field host_ip string address of the host that contains it
---@field scaling_groups table<string, string> id of a group instance -> name of the group
---@field drift any result of the last check_drift that went well, or nil
local Instance = {}

--- Save the runtime properties now. Raises StorageConflictError if another operation has saved its
--- own meanwhile, unless there is a handler.
---@param on_conflict? fun(ours: table, latest: table): table
function Instance:update(on_conflict) end

--- Read the instance again.
---@param force? boolean drop changes that are not saved
function Instance:refresh(force) end

---@class cloudify.Relationship
---@field type string
---@field type_hierarchy string[] the base first
---@field target cloudify.RelationshipEnd

---@class cloudify.RelationshipEnd
---@field node cloudify.Node
---@field instance cloudify.Instance

---@class cloudify.Operation
---@field name string with its interface
---@field retry_number integer 0 at first
---@field max_retries integer -1: without limit
---@field relationship? "source"|"target" on which side it runs
local Operation = {}

--- Ask to be run again, when the function has returned.
---@param message? string|{message?: string, retry_after?: number}
---@param retry_after? number seconds; nil: as long as after a failure
function Operation:retry(message, retry_after) end

---@class cloudify.Plugin
---@field name string
---@field package_name? string
---@field package_version? string
---@field source? string
---@field prefix? string folder with the plugin's files
---@field workdir? string folder of the plugin's own
---@field properties cloudify.Data read-only: name -> {value = ..., ...}
---@operator concat: string

---@class cloudify.Deployment
---@field id string
---@field display_name string
---@field resource_tags cloudify.Data read-only
---@field runtime_only_evaluation boolean
---@field creator nil
---@field tenant_name nil

---@class cloudify.Blueprint
---@field id string

--- Each formats like string.format; a lone argument is logged as it is.
---@class cloudify.Logger
local Logger = {}

---@param message any
function Logger:debug(message, ...) end

---@param message any
function Logger:info(message, ...) end

---@param message any
function Logger:warn(message, ...) end

---@param message any
function Logger:warning(message, ...) end

---@param message any
function Logger:error(message, ...) end

---@param message any
function Logger:critical(message, ...) end

--- Like error(); an exception brings its traceback along.
---@param message any
function Logger:exception(message, ...) end

---@param level "debug"|"info"|"warn"|"warning"|"error"|"critical"|"exception"
---@param message any
function Logger:log(level, message, ...) end

---@class cloudify.BootstrapContext
---@field resources_prefix string
---@field policy_engine {start_timeout?: number}
---@field cloudify_agent table
local BootstrapContext = {}

---@return table
function BootstrapContext:broker_config() end

--- `capabilities[key]` is the runtime property `key` of the only related instance that has it.
---@class cloudify.Capabilities
---@field [string] any
local Capabilities = {}

--- The runtime properties of all related instances, by their ids.
---@return table<string, cloudify.Data>
function Capabilities.get_all() end

--- Whether there is such a key; raises where it is ambiguous.
---@param key string
---@return boolean
function Capabilities:contains(key) end

--- There are no agents here: what would install one raises.
---@class cloudify.Agent
---@field script_path? string may be assigned
local Agent = {}

---@param agent_config? table
---@return string?
function Agent:init_script(agent_config) end

---@param agent_config? table
---@param clean? boolean
function Agent:install_script_download_link(agent_config, clean) end

--- Remove the file at script_path.
function Agent:clean_script() end

--- The null of JSON and YAML.
---@class cloudify.Null

--- Values, and the current contexts for code that is not handed them. Outside of an operation or a
--- workflow, using a context raises NotInContext.
---@class cloudify
---@field ctx cloudify.Ctx that of the operation
---@field ctx_parameters table its inputs; read-only
---@field workflow_ctx cloudify.workflow.Ctx that of the workflow
---@field workflow_parameters table its parameters; read-only
---@field null cloudify.Null
---@field json cloudify.json
local cloudify = {}

--- Mark a table as a list, also while it is empty.
---@generic T: table
---@param list T
---@return T
function cloudify.array(list) end

--- Mark a table as an object, whatever is in it.
---@generic T: table
---@param object T
---@return T
function cloudify.object(object) end

--- Whether a table has a null at a key, which indexing shows as nil; or whether a value is null.
---@param value any
---@param key? string|integer
---@return boolean
function cloudify.is_null(value, key) end

--- Whether a table has nothing in it; of data seen through ctx, too.
---@param value table|cloudify.Data
---@return boolean
function cloudify.is_empty(value) end

--- "object", "array" or "null" for data; else what Lua's type() says.
---@param value any
---@return string
function cloudify.type(value) end

--- A plain copy, at every depth, that is shared with nobody.
---@param value any
---@return any
function cloudify.totable(value) end

return cloudify
