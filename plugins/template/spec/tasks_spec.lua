--- The operations, one at a time, on a mock of ctx: a real ctx over data in memory.
local files = require("cloudify.files")
local mocks = require("cloudify.mocks")
local utils = require("cloudify.utils")
local tasks = require("my_plugin.tasks")

describe("the operation", function()
   local ctx

   before_each(function()
      ctx = mocks.MockCloudifyContext {
         node_id = "note_1",
         properties = {text = "Hello", author = "me"},
      }
   end)
   after_each(function() mocks.run(tasks.delete, ctx) end)

   it("create writes the note and stores where it is", function()
      mocks.run(tasks.create, ctx, {file_name = "a.txt"})
      assert.equal("Hello\n-- me\n", files.read(mocks.saved(ctx).path))
   end)

   it("create goes on in the same folder when it is run again", function()
      mocks.run(tasks.create, ctx, {file_name = "a.txt"})
      local path = mocks.saved(ctx).path
      mocks.run(tasks.create, ctx, {file_name = "a.txt"})
      assert.equal(path, mocks.saved(ctx).path)
   end)

   it("create fails for good where the name is wrong", function()
      local ok, err = utils.try(mocks.run, tasks.create, ctx, {file_name = "b/a.txt"})
      assert.is_false(ok)
      assert.equal("NonRecoverableError", err.type)
      assert.equal("'b/a.txt' is no name of a file", err.causes[1].message)
   end)

   it("delete removes all that create made", function()
      mocks.run(tasks.create, ctx, {file_name = "a.txt"})
      local folder = mocks.saved(ctx).folder
      mocks.run(tasks.delete, ctx)
      assert.is_false(files.exists(folder))
      assert.same({}, mocks.saved(ctx))
   end)
end)
