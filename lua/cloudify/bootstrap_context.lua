--- ctx.bootstrap_context: what the provider context says under `cloudify` (runtime.md 1.9).
local record = require("cloudify.record")

local bootstrap_context = {}

local AGENT_FIELDS = {
   "min_workers", "max_workers", "user", "remote_execution_port", "agent_key_path", "broker_ip",
   "broker_user", "broker_pass", "broker_vhost", "broker_ssl_enabled", "cluster", "networks",
}

local BROKER_DEFAULTS = {broker_user = "guest", broker_pass = "guest", broker_vhost = "/"}

local function pick(source, names)
   local values = {}
   for _, name in ipairs(names) do
      values[name] = source and source[name]
   end
   return values
end

local function broker_config(agent)
   local config = pick(agent,
      {"broker_ip", "broker_ssl_enabled", "broker_user", "broker_pass", "broker_vhost", "cluster"})
   for name, default in pairs(BROKER_DEFAULTS) do
      config[name] = config[name] or default
   end
   return config
end

--- That of an operation.
function bootstrap_context.of(ctx)
   local source = ctx.provider_context.cloudify or {}
   local agent = record.new("ctx.bootstrap_context.cloudify_agent", AGENT_FIELDS,
      pick(source.cloudify_agent, AGENT_FIELDS))
   local values = {
      resources_prefix = source.resources_prefix or "",
      policy_engine = record.new("ctx.bootstrap_context.policy_engine", {"start_timeout"},
         pick(source.policy_engine, {"start_timeout"})),
      cloudify_agent = agent,
   }
   return record.new("ctx.bootstrap_context",
      {"resources_prefix", "policy_engine", "cloudify_agent"}, values,
      {broker_config = function() return broker_config(agent) end})
end

return bootstrap_context
