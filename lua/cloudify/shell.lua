--- `cfy shell`: a Lua prompt with a ctx, started as
--- `lua-runner -m cloudify.shell STORE SECRET_KEY [DEPLOYMENT INSTANCE]`.
local mocks = require("cloudify.mocks")
local prompt = require("cloudify.shell.prompt")
local state = require("cloudify.state")

local WITH_MOCK = [[
Lua 5.4 with a mock of ctx; mock{...} makes another one, of arguments of MockCloudifyContext.
Ctrl-D ends.
]]

local WITH_CTX = [[
Lua 5.4 with the ctx of '%s' in deployment '%s', in an operation that lasts as long as this prompt.
What is changed is saved at its end, or by ctx.instance:update(). Ctrl-D ends.
]]

--- What statements see; globals that they set stay theirs.
local function environment(ctx)
   return setmetatable({ctx = ctx, cloudify = require("cloudify")}, {__index = _G})
end

local function with_mock()
   local own = environment()
   function own.mock(arguments)
      own.ctx = mocks.MockCloudifyContext(arguments)
      state.current_ctx:set(own.ctx)
   end
   own.mock {node_id = "thing_1", node_name = "thing"}
   return prompt.run(own, WITH_MOCK) and 0 or 1
end

--- The operation that is run in the place of the one that the blueprint names: its plugin is found,
--- so that its modules can be required.
local function replace_operation(func)
   local plugin_loader = require("cloudify.plugin_loader")
   local resolve = plugin_loader.resolve
   function plugin_loader.resolve(...)
      pcall(resolve, ...) -- a plugin that is broken can be looked at, too
      return func, {}
   end
end

local function with_ctx(store, secret_key, deployment, instance)
   local all_well = true
   replace_operation(function(ctx)
      all_well = prompt.run(environment(ctx), WITH_CTX:format(ctx.instance.id, deployment))
   end)
   local ok, message = require("cloudify.local_operation").run {
      store = store, secret_key = secret_key ~= "" and secret_key or nil,
      deployment = deployment, instance = instance,
   }
   if not ok then
      io.stderr:write("cfy: ", message, "\n")
   end
   return ok and all_well and 0 or 1
end

return function()
   local store, secret_key, deployment, instance = table.unpack(arg)
   os.exit(deployment and with_ctx(store, secret_key, deployment, instance) or with_mock(), true)
end
