---@meta cloudify.workflow
--- What workflows are handed. Iterators are functions for `for ... in`; a task is what a call gives
--- in graph mode and, started, without.

---@class cloudify.workflow.Internal
---@field task_graph cloudify.workflow.Graph
---@field graph_mode boolean
---@field bootstrap_context table
---@field get_task_configuration fun(): {total_retries: integer, retry_interval: number}

--- What may be said of an update of an instance.
---@class cloudify.workflow.InstanceUpdate
---@field version? integer on which it is based; default: the present one
---@field force? boolean whatever the version
---@field state? string
---@field runtime_properties? table
---@field system_properties? table

---@class cloudify.workflow.LocalTaskOptions
---@field name? string
---@field kwargs? table the argument of the function
---@field node? cloudify.workflow.NodeInstance that it concerns
---@field info? string
---@field total_retries? integer
---@field retry_interval? number seconds
---@field send_task_events? boolean
---@field override_task_config? boolean these go before what the function is decorated with

---@class cloudify.workflow.Change
---@field instances integer how many there shall be in each container
---@field removed_ids_include_hint? string[] rather these are removed
---@field removed_ids_exclude_hint? string[] rather these are kept

---@class cloudify.workflow.OperationOptions
---@field kwargs? table
---@field allow_kwargs_override? boolean
---@field send_task_events? boolean

---@class cloudify.workflow.Ctx
---@field execution_id string
---@field workflow_id string
---@field local boolean true
---@field dry_run boolean
---@field resume boolean
---@field wait_after_fail number seconds
---@field blueprint {id: string}
---@field deployment cloudify.workflow.Deployment
---@field nodes fun(): cloudify.workflow.Node?
---@field node_instances fun(): cloudify.workflow.NodeInstance?
---@field logger cloudify.Logger
---@field internal cloudify.workflow.Internal
---@field tenant {name: string}
---@field tenant_name nil
---@field execution_token nil
---@field execution_creator_username nil
---@field rest_host nil
---@field rest_port nil
---@field rest_token nil
---@field bypass_maintenance boolean false
local Ctx = {}

---@return cloudify.workflow.Graph raises RuntimeError where it has tasks already
function Ctx:graph_mode() end
---@return cloudify.workflow.Graph? the stored graph of that name
function Ctx:get_tasks_graph(name) end
---@return cloudify.workflow.Node?
function Ctx:get_node(id) end
---@return cloudify.workflow.NodeInstance?
function Ctx:get_node_instance(id) end
---@param options cloudify.workflow.InstanceUpdate
function Ctx:update_node_instance(id, options) end
--- Does nothing: what handles show is what there is.
function Ctx:refresh_node_instances() end
---@param options? {event_type: string?, args: table?, additional_context: table?}
---@return cloudify.workflow.Task
function Ctx:send_event(text, options) end
---@param func function|string a name "module.function" can be stored, a function cannot
---@param options? cloudify.workflow.LocalTaskOptions
---@return cloudify.workflow.Task
function Ctx:local_task(func, options) end
---@param name string "module.function"
---@param options? cloudify.workflow.LocalTaskOptions
---@return cloudify.workflow.Task
function Ctx:execute_task(name, options) end
---@return string the value of a secret
function Ctx:get_secret(name) end
---@return string where a resource of the blueprint or the deployment can be read
function Ctx:resource_path(path) end
---@return boolean
function Ctx:has_cancel_request() end
---@return boolean
function Ctx:has_kill_request() end
---@param id? string of this deployment; default: the execution itself
---@return table
function Ctx:get_execution(id) end
---@return table[] one: this machine
function Ctx:get_managers() end
---@param id? string its own
---@return {id: string, main_file_name: string, description: string?}
function Ctx:get_blueprint(id) end
---@param id? string its own
---@return {id: string, blueprint_id: string, main_file: string, inputs: table, created_at: string}
function Ctx:get_deployment(id) end
---@param deployment_id? string its own
---@return cloudify.workflow.Node[]
function Ctx:list_nodes(deployment_id) end
---@param deployment_id? string its own; may be left out
---@param options? {node_id: string?}
---@return cloudify.workflow.NodeInstance[]
function Ctx:list_node_instances(deployment_id, options) end
--- Copy a resource of the blueprint or the deployment to a file.
---@param path string
---@param target_path? string default: in a new private folder
---@return string path of the copy
function Ctx:download_resource(path, target_path) end

-- What is kept and written by the engine itself, so that these do nothing.
function Ctx:store_tasks_graph(name, operations) end
---@return nil
function Ctx:get_operations(graph_id) end
function Ctx:store_operation(task, dependencies, graph_id) end
function Ctx:update_operation(id, state) end
function Ctx:remove_operation(id) end

-- What makes no sense on one machine: each raises an error that says what to do instead.
---@deprecated
function Ctx:remote_task(options) end
---@deprecated
function Ctx:update_execution_status(status) end
---@deprecated
function Ctx:start_execution(deployment_id, workflow_id) end
---@deprecated
function Ctx:get_deployment_update(id) end
---@deprecated
function Ctx:set_deployment_update_attributes(id, options) end
---@deprecated
function Ctx:set_deployment_attributes(id, options) end
---@deprecated
function Ctx:update_node(id, node) end
---@deprecated
function Ctx:delete_node(id) end
---@deprecated
function Ctx:delete_node_instance(id) end
---@deprecated
function Ctx:create_nodes(deployment_id, nodes) end
---@deprecated
function Ctx:create_node_instances(deployment_id, instances) end
---@deprecated
function Ctx:list_execution_schedules() end
---@deprecated
function Ctx:create_execution_schedule(id, options) end
---@deprecated
function Ctx:update_execution_schedule(id, options) end
---@deprecated
function Ctx:list_idds() end
---@deprecated
function Ctx:update_idds() end

---@class cloudify.workflow.Deployment
---@field id string
---@field display_name string
---@field creator nil
---@field tenant_name nil
---@field resource_tags table
---@field scaling_groups table<string, table>
---@field runtime_only_evaluation boolean
local Deployment = {}

---@param changes table<string, cloudify.workflow.Change> by node or scaling group
---@return cloudify.workflow.Modification
function Deployment:start_modification(changes) end
---@return cloudify.workflow.Modification[] at most one
function Deployment:list_started_modifications() end

---@class cloudify.workflow.Modification
---@field id string
---@field added cloudify.workflow.ModificationView
---@field removed cloudify.workflow.ModificationView
local Modification = {}

function Modification:finish() end
function Modification:rollback() end

--- Instances that are added or removed, and those related to them, with no other relationships.
---@class cloudify.workflow.ModificationView
---@field nodes fun(): cloudify.workflow.Node?
---@field node_instances fun(): cloudify.workflow.NodeInstance?
local ModificationView = {}

---@return cloudify.workflow.Node?
function ModificationView:get_node(id) end
---@return cloudify.workflow.NodeInstance?
function ModificationView:get_node_instance(id) end

---@class cloudify.workflow.Node
---@field id string
---@field type string
---@field type_hierarchy string[]
---@field properties cloudify.Data
---@field plugins table[]
---@field plugins_to_install table[] empty: there are no agents
---@field host_id string?
---@field host_node cloudify.workflow.Node?
---@field number_of_instances integer
---@field planned_number_of_instances integer
---@field operations table<string, table>
---@field instances fun(): cloudify.workflow.NodeInstance?
---@field relationships fun(): cloudify.workflow.Relationship?
local Node = {}

---@return boolean whether it is mapped to something
function Node:has_operation(name) end
---@return boolean
function Node:is_derived_from(type) end
---@return cloudify.workflow.Relationship?
function Node:get_relationship(target_id) end

---@class cloudify.workflow.Relationship
---@field type string
---@field target_id string
---@field target_node cloudify.workflow.Node
---@field node cloudify.workflow.Node
---@field properties cloudify.Data
---@field source_operations table<string, table>
---@field target_operations table<string, table>
local Relationship = {}

---@return boolean
function Relationship:is_derived_from(type) end
---@return boolean
function Relationship:has_source_operation(name) end
---@return boolean
function Relationship:has_target_operation(name) end

---@class cloudify.workflow.NodeInstance
---@field id string
---@field index integer
---@field node_id string
---@field node cloudify.workflow.Node
---@field state string
---@field version integer
---@field deployment_id string
---@field runtime_properties cloudify.Data
---@field system_properties cloudify.Data
---@field host cloudify.workflow.NodeInstance?
---@field scaling_groups {name: string, id: string}[]
---@field modification nil|"added"|"removed" in the views of a modification
---@field contained_instances cloudify.workflow.NodeInstance[]
---@field relationships fun(): cloudify.workflow.RelationshipInstance?
---@field logger cloudify.Logger
local NodeInstance = {}

---@return cloudify.workflow.NodeInstance[] itself, and all that stands in it
function NodeInstance:get_contained_subgraph() end
--- Look the state up: the task's result. `state` says what it is now.
---@return cloudify.workflow.Task
function NodeInstance:get_state() end
---@return cloudify.workflow.Task
function NodeInstance:set_state(state) end
---@param options? {additional_context: table?}
---@return cloudify.workflow.Task
function NodeInstance:send_event(text, options) end
---@param options? cloudify.workflow.OperationOptions
---@return cloudify.workflow.Task
function NodeInstance:execute_operation(name, options) end

---@class cloudify.workflow.RelationshipInstance
---@field type string
---@field relationship cloudify.workflow.Relationship
---@field source_id string
---@field target_id string
---@field node_instance cloudify.workflow.NodeInstance
---@field target_node_instance cloudify.workflow.NodeInstance
local RelationshipInstance = {}

---@return cloudify.workflow.Task
function RelationshipInstance:execute_source_operation(name, options) end
---@return cloudify.workflow.Task
function RelationshipInstance:execute_target_operation(name, options) end
