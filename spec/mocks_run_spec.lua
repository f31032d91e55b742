--- Operations called with a mock: by hand, as the current ctx, and as the runtime calls them
--- (runtime.md 9.2, 3.5).
local cloudify = require("cloudify")
local current_ctx = require("cloudify.state").current_ctx
local decorators = require("cloudify.decorators")
local exceptions = require("cloudify.exceptions")
local mocks = require("cloudify.mocks")

local MockCloudifyContext = mocks.MockCloudifyContext

local plain = decorators.operation(function(ctx, inputs)
   ctx.instance.runtime_properties.seen = ctx.node.properties.value
   ctx.instance.runtime_properties.input = inputs.input
   return "done"
end)

local global = decorators.operation(function()
   cloudify.ctx.instance.runtime_properties.seen = cloudify.ctx.node.properties.value
   cloudify.ctx.instance.runtime_properties.input = cloudify.ctx_parameters.input
end)

local function mock(value)
   return MockCloudifyContext {node_id = "test_node_id", node_name = "test_node_name",
      properties = {value = value}}
end

local function is_not_in_context(func, ...)
   local ok, err = pcall(func, ...)
   return not ok and err.type == "NotInContext"
end

describe("an operation and a mock", function()
   local ctx

   before_each(function() ctx = mock("v") end)
   after_each(function() current_ctx:clear() end)

   it("is called with the mock", function()
      assert.equal("done", plain(ctx))
      assert.equal("v", ctx.instance.runtime_properties.seen)
      plain(ctx, {input = 1})
      assert.equal(1, ctx.instance.runtime_properties.input)
   end)

   for name, operation in pairs {["takes ctx"] = plain, ["uses cloudify.ctx"] = global} do
      it("runtime.md 9.2: finds the mock that current_ctx:set has set, if it " .. name, function()
         current_ctx:set(ctx, {input = 2})
         operation()
         assert.equal("v", ctx.instance.runtime_properties.seen)
         assert.equal(2, ctx.instance.runtime_properties.input)
      end)
   end

   it("runtime.md 9.2: current_ctx:clear forgets the mock", function()
      current_ctx:set(ctx)
      current_ctx:clear()
      local ok, err = pcall(global)
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, "NotInContext"))
   end)

   it("runtime.md 9.2: current_ctx:push nests, and ends with its block", function()
      local inner = mock("inner")
      do
         local _ <close> = current_ctx:push(ctx)
         do
            local _ <close> = current_ctx:push(inner, {input = 3})
            global()
         end
         assert.equal("inner", inner.instance.runtime_properties.seen)
         global()
      end
      assert.equal("v", ctx.instance.runtime_properties.seen)
      assert.is_true(is_not_in_context(global))
   end)

   it("logs what a library logs through cloudify.logs", function()
      local _ <close> = current_ctx:push(ctx)
      require("cloudify.logs").append(nil, "WARN", "from afar")
      assert.equal("from afar", mocks.logs(ctx, "warning")[1].message)
   end)
end)

describe("mocks.run", function()
   local ctx

   before_each(function() ctx = mock("v") end)

   it("wants an operation", function()
      local ok, message = pcall(mocks.run, nil, ctx)
      assert.is_false(ok)
      assert.matches("an operation is expected, not nil: does its module have a function", message)
   end)

   it("makes ctx current, hands inputs over and returns what the operation returns", function()
      local value = mocks.run(function(given, inputs)
         assert.equal(given, current_ctx:get_ctx())
         assert.equal(inputs, current_ctx:get_parameters())
         return inputs.a
      end, ctx, {a = 1})
      assert.equal(1, value)
      assert.is_true(is_not_in_context(current_ctx.get_ctx, current_ctx))
   end)

   it("runtime.md 2.5: saves the runtime properties after success", function()
      mocks.run(plain, ctx)
      assert.same({seen = "v"}, mocks.saved(ctx))
   end)

   it("runtime.md 2.5: saves them after an error, and raises that", function()
      local ok, err = pcall(mocks.run, function()
         ctx.instance.runtime_properties.half = true
         error(exceptions.RecoverableError("broken"))
      end, ctx)
      assert.same({false, "broken"}, {ok, err.message})
      assert.same({half = true}, mocks.saved(ctx))
      assert.is_true(is_not_in_context(current_ctx.get_ctx, current_ctx))
   end)

   it("runtime.md 1.6: raises the retry that was asked for, with the properties saved", function()
      local ok, err = pcall(mocks.run, function()
         ctx.instance.runtime_properties.half = true
         return ctx.operation:retry("not yet", 5)
      end, ctx)
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, "OperationRetry"))
      assert.equal(5, err.retry_after)
      assert.same({half = true}, mocks.saved(ctx))
   end)

   it("runtime.md 1.6: prefers the operation's own error to the retry", function()
      local ok, err = pcall(mocks.run, function()
         ctx.operation:retry("not yet")
         error(exceptions.NonRecoverableError("never"))
      end, ctx)
      assert.same({false, "never"}, {ok, err.message})
   end)

   it("runtime.md 2.5: an error from saving comes first", function()
      local ok, err = pcall(mocks.run, function()
         ctx.instance.runtime_properties.ours = 1
         mocks.save_elsewhere(ctx, {theirs = 1})
         error("never seen")
      end, ctx)
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, "StorageConflictError"))
   end)
end)

describe("serial_operation with a mock", function()
   --- The states of instances 1 and 3; the operation runs on 2.
   local function ctx_with(first, third)
      return MockCloudifyContext {node_id = "web_2", node_name = "web", index = 2,
         workflow_id = "install", node_instances = {
            {id = "web_3", index = 3, state = third}, {id = "web_1", index = 1, state = first}}}
   end

   local start = decorators.serial_operation(function() return "started" end)

   it("runtime.md 3.4: waits for the instances before", function()
      local ok, err = pcall(mocks.run, start, ctx_with("starting", "started"))
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, "CloudifySerializationRetry"))
      assert.equal("started", mocks.run(start, ctx_with("started", "starting")))
   end)

   it("lists the instances by index", function()
      local indexes = {}
      for i, instance in ipairs(ctx_with("started", "started"):get_node_instances("web")) do
         indexes[i] = instance.index
      end
      assert.same({1, 2, 3}, indexes)
   end)
end)

describe("the life of a mock", function()
   it("is as long as something refers to a handle of it", function()
      local instance = mock("v").instance
      collectgarbage()
      collectgarbage()
      assert.equal("v", instance.node.properties.value)
   end)

   it("is over for a finalizer that comes after its own", function()
      local seen
      do
         -- The first to be given a finalizer is the last to be finalized.
         local observer = setmetatable({}, {__gc = function(self)
            seen = {pcall(function() return self.instance.id end)}
         end})
         observer.instance = mock("v").instance
      end
      collectgarbage()
      collectgarbage()
      assert.is_false(seen[1])
      assert.equal("ctx used after its operation ended", seen[2].message)
   end)

   it("leaves its runtime properties readable and no more", function()
      local properties = mock("v").instance.runtime_properties
      collectgarbage()
      collectgarbage()
      local ok, err = pcall(function() properties.a = 1 end)
      assert.same({false, "runtime properties used after their operation ended"},
         {ok, err.message})
   end)
end)
