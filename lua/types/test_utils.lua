---@meta cloudify.test_utils
--- Tests of plugins: workflows of a blueprint, run in the process of the spec.

---@class cloudify.TestOptions
---@field [1]? string of local_env(): the blueprint, a path or its text
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

---@class cloudify.EventFilter
---@field type? string "task_failed", ...; "log" for the logs
---@field node? string a node or the id of an instance
---@field operation? string with or without its interface

---@class cloudify.ExecuteOptions
---@field parameters? table<string, any> of the workflow
---@field allow_custom_parameters? boolean accept parameters that it does not declare
---@field task_retries? integer how often what fails is tried again; 5, -1 for ever
---@field task_retry_interval? number seconds before that; 0
---@field subgraph_retries? integer how often an instance is installed again; 0
---@field task_thread_pool_size? integer operations at a time; 16
---@field isolated? boolean run them in worker processes, as in production
---@field virtual_clock? boolean do not wait for retries, see waited()
---@field dry_run? boolean only show what would be done
---@field wait_after_fail? number seconds for what still runs when a task has failed

--- A deployment of a test.
---@class cloudify.LocalEnvironment
---@field name string of the deployment
---@field plan table the plan of the deployment
---@field created_at string
---@field storage cloudify.LocalStorage
local LocalEnvironment = {}

--- Run a workflow to its end. Raises its error.
---@param workflow string
---@param options? cloudify.ExecuteOptions
---@return any value what it returns
function LocalEnvironment:execute(workflow, options) end

--- The outputs, evaluated now.
---@return table<string, any>
function LocalEnvironment:outputs() end

--- The capabilities, evaluated now.
---@return table<string, any>
function LocalEnvironment:capabilities() end

--- A value with the intrinsic functions in it evaluated, now.
---@param payload any
---@param context? {self?: string, source?: string, target?: string} ids of node instances
---@return any
function LocalEnvironment:evaluate_functions(payload, context) end

--- The events and logs of all that was executed, oldest first.
---@param filter? cloudify.EventFilter
---@return table[]
function LocalEnvironment:events(filter) end

--- How many seconds of retries the virtual clock has left out so far.
---@return number
function LocalEnvironment:waited() end

--- End the deployment and remove what was made for it, as the end of a scope does.
function LocalEnvironment:close() end

--- A change of an instance.
---@class cloudify.InstanceChange
---@field version integer the one that the change is based on
---@field state? string
---@field runtime_properties? table<string, any> in place of all that there are
---@field system_properties? table<string, any> likewise

--- What is stored of the deployment of a test. All that is returned is a copy.
---@class cloudify.LocalStorage
local LocalStorage = {}

--- The nodes of the plan.
---@return table[]
function LocalStorage:get_nodes() end

--- One node; an unknown one is an error.
---@param node_id string
---@return table
function LocalStorage:get_node(node_id) end

--- The instances, of all nodes or of one.
---@param node_id? string
---@return table[]
function LocalStorage:get_node_instances(node_id) end

--- One instance; an unknown one is an error.
---@param instance_id string
---@return table
function LocalStorage:get_node_instance(instance_id) end

--- Change an instance that has not been changed since `version`, which grows by one.
---@param instance_id string
---@param change cloudify.InstanceChange
function LocalStorage:update_node_instance(instance_id, change) end

--- The records of what was executed, oldest first.
---@return table[]
function LocalStorage:get_executions() end

--- The record of the deployment.
---@return table
function LocalStorage:get_deployment() end

--- The folder of the resources: that of the blueprint.
---@return string path
function LocalStorage:get_resources_folder() end

--- The content of a resource of the blueprint.
---@param path string
---@return string
function LocalStorage:get_resource(path) end

--- An input of the deployment; an unknown one is an error.
---@param name string
---@return any
function LocalStorage:get_input(name) end

--- What operations know as ctx.provider_context.
---@return table<string, any>
function LocalStorage:get_provider_context() end

--- The deployment's own folder, where operations keep files.
---@return string path
function LocalStorage:get_workdir() end

---@class cloudify.test_utils
local test_utils = {}

--- A deployment for the time of a scope: `local cfy_local <close> = local_env {PATH, ...}`.
---@param options cloudify.TestOptions with the blueprint, a path or its text, as its first entry
---@return cloudify.LocalEnvironment
function test_utils.local_env(options) end

--- A test for `it`, which is handed a deployment of a blueprint.
---@param path_or_blueprint string path, relative to the test's file, or the blueprint itself
---@param options? cloudify.TestOptions
---@param test fun(cfy_local: cloudify.LocalEnvironment, ...)
---@return fun(...)
---@overload fun(path_or_blueprint: string, test: fun(cfy_local: cloudify.LocalEnvironment, ...))
function test_utils.workflow_test(path_or_blueprint, options, test) end

return test_utils
