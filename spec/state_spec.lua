--- What is current for code that is not handed it (runtime.md 3.5); what that is in operations and
--- workflows is in dispatch_spec.lua.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local state = require("cloudify.state")

local current_ctx = state.current_ctx

local function raises_not_in_context(func, ...)
   local ok, err = pcall(func, ...)
   assert.is_false(ok)
   assert.equal("NotInContext", err.type)
   assert.is_true(exceptions.is(err, exceptions.RuntimeError))
end

describe("cloudify.state (runtime.md 3.5)", function()
   after_each(function()
      current_ctx:clear()
      state.current_workflow_ctx:clear()
   end)

   it("raises NotInContext, a RuntimeError, outside an operation", function()
      for _, name in ipairs {"ctx", "ctx_parameters", "workflow_ctx", "workflow_parameters"} do
         raises_not_in_context(function() return cloudify[name].node end)
      end
   end)

   it("raises it again once nothing is current any more", function()
      current_ctx:set({})
      current_ctx:clear()
      raises_not_in_context(current_ctx.get_ctx, current_ctx)
      raises_not_in_context(current_ctx.get_parameters, current_ctx)
   end)

   it("holds operation and workflow apart", function()
      current_ctx:set("operation", {a = 1})
      raises_not_in_context(function() return cloudify.workflow_ctx.x end)
      state.current_workflow_ctx:set("workflow", {a = 2})
      assert.equal("operation", current_ctx:get_ctx())
      assert.equal("workflow", state.current_workflow_ctx:get_ctx())
      assert.same({1, 2}, {cloudify.ctx_parameters.a, cloudify.workflow_parameters.a})
   end)

   it("stands behind cloudify.ctx, which may be kept", function()
      local ctx = cloudify.ctx
      local mock = {field = 1, method = function(self) return self.field end}
      current_ctx:set(mock, {port = 80})
      assert.equal(1, ctx.field)
      assert.equal(1, ctx:method())
      assert.equal(80, cloudify.ctx_parameters.port)
      ctx.field = 2
      assert.equal(2, mock.field)
   end)

   it("restores what was before at the end of each scope, also by an error", function()
      current_ctx:set("outer", {at = 0})
      local _, err = pcall(function()
         local _ <close> = current_ctx:push("middle", {at = 1})
         do
            local _ <close> = current_ctx:push("inner", {at = 2})
            assert.equal("inner", current_ctx:get_ctx())
            assert.equal(2, cloudify.ctx_parameters.at)
         end
         assert.equal("middle", current_ctx:get_ctx())
         assert.equal(1, cloudify.ctx_parameters.at)
         error("ends the scope", 0)
      end)
      assert.equal("ends the scope", err)
      assert.equal("outer", current_ctx:get_ctx())
      assert.equal(0, cloudify.ctx_parameters.at)
   end)

   it("shows parameters that cannot be changed through it", function()
      local parameters = {port = 80}
      current_ctx:set({}, parameters)
      local ok, err = pcall(function() cloudify.ctx_parameters.port = 81 end)
      assert.is_false(ok)
      assert.equal("ctx_parameters are read-only: cannot set 'port'", err.message)
      assert.equal(80, parameters.port)
   end)
end)
