--- ctx.agent: installs agents on hosts, which nothing on a single machine needs (runtime.md 1.10).
local exceptions = require("cloudify.exceptions")
local record = require("cloudify.record")

local agent = {}

local WITH_SCRIPT = {init_script = true, provided = true, plugin = true}

local function refuse(method)
   error(exceptions.NonRecoverableError(("ctx.agent:%s: there are no agents here: operations run "
      .. "on the machine of their engine"):format(method)))
end

local function install_method(node)
   local config = node.properties.agent_config or node.properties.cloudify_agent
   return config and config.install_method
end

--- That of an operation of a Compute node.
function agent.of(ctx)
   return record.new("ctx.agent", {"script_path"}, {}, {
      init_script = function()
         if WITH_SCRIPT[install_method(ctx.node)] then
            refuse("init_script")
         end
      end,
      install_script_download_link = function() refuse("install_script_download_link") end,
      clean_script = function(self)
         if self.script_path then
            os.remove(self.script_path)
            self.script_path = nil
         end
      end,
   }, {script_path = true})
end

return agent
