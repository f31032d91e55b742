local operations = require("spec.support.operations")

local READ_ONLY = "Cannot override read only properties"

--- A row about a field or method of ctx that is refused in this type of context.
local function refused(code, what, allowed, used)
   return {("runtime.md 1.1: %s is refused in a %s context"):format(what, used), code,
      error = ("%s can only be used in a %s context but used in a %s context"):format(what, allowed,
         used)}
end

local function is_text(value)
   assert.is_string(value)
   assert.truthy(#value > 0)
end

--- Fields that only a manager and its agents have: reading them is no error, they are nil.
local MANAGER_ONLY = "return {ctx.task_target, ctx.task_queue, ctx.execution_token,\n"
   .. "   ctx.execution_creator_username, ctx.rest_host, ctx.rest_port, ctx.rest_token,\n"
   .. "   ctx.rest_ssl_cert, ctx.tenant_name, ctx.deployment.creator, ctx.deployment.tenant_name}"

describe("ctx", function()
   operations.suite {
      archive = {
         {"runtime.md 1.2: timeout and timeout_recoverable of an operation that has them",
            "return {ctx.timeout, ctx.timeout_recoverable}", {60, true}},
      },
      app = {
         {"runtime.md 1.1: the type is node-instance", "return ctx.type", "node-instance"},
         refused("return ctx.source", "ctx.source/ctx.target", "relationship-instance",
            "node-instance"),
         refused("return ctx.target", "ctx.source/ctx.target", "relationship-instance",
            "node-instance"),
         {"runtime.md 1.2: task_type", "return ctx.task_type", "operation"},
         {"runtime.md 1.2: task_name is the path of the function", "return ctx.task_name",
            "chunks.tasks.run"},
         {"runtime.md 1.2: task_id", "return ctx.task_id", is_text},
         {"runtime.md 1.2: execution_id", "return ctx.execution_id", is_text},
         {"runtime.md 1.2: workflow_id", "return ctx.workflow_id", "install"},
         {"runtime.md 1.2: workflow_parameters", "return ctx.workflow_parameters",
            function(value) assert.is_table(value) end},
         {"runtime.md 1.2: workflow_parameters are read-only", "ctx.workflow_parameters.x = 1",
            error = READ_ONLY},
         {"runtime.md 1.2: execution_env is never nil",
            "return cloudify.type(ctx.execution_env) == 'object' and\n"
               .. "   cloudify.is_empty(ctx.execution_env)", true},
         {"runtime.md 1.2: timeout is nil where there is none", "return ctx.timeout", nil},
         {"runtime.md 1.2: timeout_recoverable", "return ctx.timeout_recoverable", false},
         {"runtime.md 1.2: resume is false in a first run", "return ctx.resume", false},
         {"runtime.md 1.2: resume can be set", "ctx.resume = true; return ctx.resume", true},
         {"runtime.md 1.2: bypass_maintenance", "return ctx.bypass_maintenance", false},
         {"runtime.md 1.2: what only managers have is nil", MANAGER_ONLY, {}},
         {"runtime.md 1.2: tenant is empty", "return cloudify.is_empty(ctx.tenant)", true},
         {"runtime.md 1.2: blueprint.id", "return ctx.blueprint.id", "app"},
         {"runtime.md 1.2: deployment.id", "return ctx.deployment.id", "app"},
         {"runtime.md 1.2: deployment.display_name", "return ctx.deployment.display_name",
            "The spec"},
         {"runtime.md 1.2: deployment.resource_tags, with their functions evaluated",
            "return ctx.deployment.resource_tags", {owner = "spec", port = 5432}},
         {"runtime.md 1.2: deployment.runtime_only_evaluation",
            "return ctx.deployment.runtime_only_evaluation", false},
         {"runtime.md 1.2: what ctx says cannot be changed", "ctx.workflow_id = 'other'",
            error = "ctx.workflow_id cannot be assigned"},
         {"nor the methods of ctx", "ctx.get_secret = 'other'",
            error = "ctx.get_secret cannot be assigned"},
         {"a misspelt field names the nearest one", "return ctx.instanc",
            error = "ctx has no field 'instanc' (did you mean 'instance'?)"},
         {"a misspelt field cannot be assigned to, either", "ctx.resum = true",
            error = "ctx has no field 'resum' (did you mean 'resume'?)"},
         {"a misspelt field of the deployment names the nearest one",
            "return ctx.deployment.displayname",
            error = "ctx.deployment has no field 'displayname' (did you mean 'display_name'?)"},
         {"a misspelt field of the blueprint raises", "return ctx.blueprint.name",
            error = "ctx.blueprint has no field 'name'"},
         {"a field is read neither from what is no ctx nor from a table that looks like one", [[
            local class, message = getmetatable(ctx), {}
            _, message[1] = pcall(class.__index, ctx.node, "type")
            _, message[2] = pcall(class.__index, setmetatable({}, class), "type")
            return {message[1]:match("%(.*%)"), message[2]:match("%(.*%)")}]],
            {"(cloudify.ctx expected, got cloudify.node)",
               "(cloudify.ctx expected, got cloudify.ctx)"}},
         {"nor is a method called for it", "ctx.get_secret(ctx.node, 'key')",
            error = "ctx.get_secret() is called with a dot, use ':' - ctx:get_secret(...)"},
         {"nor is it finalized", [[
            local _, message = pcall(getmetatable(ctx.node).__gc, ctx)
            return message:match("%(.*%)")]], "(cloudify.node expected, got cloudify.ctx)"},
         {"each part of ctx is the same at each access",
            "return ctx.instance == ctx.instance and ctx.operation == ctx.operation and\n"
               .. "   ctx.logger == ctx.logger and ctx.deployment == ctx.deployment and\n"
               .. "   ctx.workflow_parameters == ctx.workflow_parameters", true},
      },
      source = {
         {"runtime.md 1.1: the type is relationship-instance", "return ctx.type",
            "relationship-instance"},
         refused("return ctx.node", "ctx.node/ctx.instance", "node-instance",
            "relationship-instance"),
         refused("return ctx.instance", "ctx.node/ctx.instance", "node-instance",
            "relationship-instance"),
         refused("return ctx.agent", "ctx.node/ctx.instance", "node-instance",
            "relationship-instance"),
         {"runtime.md 1.1: source and target, on the source's side",
            "return {ctx.source.node.id, ctx.target.node.id}", {"app", "db"}},
         {"runtime.md 1.1: everything else is there",
            "return {ctx.workflow_id, ctx.deployment.id, ctx.blueprint.id, ctx.plugin.name}",
            {"install", "app", "app", "chunks"}},
         {"each side is the same at each access",
            "return ctx.source == ctx.source and ctx.source.instance == ctx.source.instance", true},
         {"a misspelt field of a side names the nearest one", "return ctx.source.instnce",
            error = "relationship end has no field 'instnce' (did you mean 'instance'?)"},
      },
      target = {
         {"runtime.md 1.1: source and target, on the target's side",
            "return {ctx.source.node.id, ctx.target.node.id}", {"app", "db"}},
      },
   }
end)
