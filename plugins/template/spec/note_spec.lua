--- The module by itself: no Cloudify, no files.
local note = require("my_plugin.note")

describe("a note", function()
   local written, notes

   before_each(function()
      written = {}
      notes = note.new {
         join = function(folder, name) return folder .. "/" .. name end,
         write = function(path, text) written[path] = text end,
      }
   end)

   it("is written into its folder", function()
      assert.equal("/folder/a.txt", notes:write("/folder", "a.txt", "Hello", ""))
      assert.same({["/folder/a.txt"] = "Hello\n"}, written)
   end)

   it("is signed by its author", function()
      local path = notes:write("/folder", "a.txt", "Hello", "me")
      assert.equal("Hello\n-- me\n", written[path])
   end)

   it("stays in its folder", function()
      assert.has_error(function() notes:write("/folder", "../a.txt", "Hello", "") end,
         "'../a.txt' is no name of a file")
      assert.same({}, written)
   end)
end)
