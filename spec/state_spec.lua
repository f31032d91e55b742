local cloudify = require("cloudify")
local current_ctx = require("cloudify.state").current_ctx

describe("cloudify.state", function()
   after_each(function() current_ctx:clear() end)

   it("raises NotInContext outside an operation", function()
      local ok, err = pcall(function() return cloudify.ctx.node end)
      assert.is_false(ok)
      assert.equal("NotInContext", err.type)
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

   it("restores the context before, at the end of the scope", function()
      current_ctx:set("outer")
      do
         local _ <close> = current_ctx:push("inner")
         assert.equal("inner", current_ctx:get_ctx())
      end
      assert.equal("outer", current_ctx:get_ctx())
   end)
end)
