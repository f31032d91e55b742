local files = require("cloudify.files")

describe("files.join", function()
   it("puts a / between parts, and begins anew at an absolute one", function()
      assert.equal("a/b/c", files.join("a", "b/", "c"))
      assert.equal("/b/c", files.join("a", "/b", "c"))
   end)

   it("refuses a part that is no string, and says which and where", function()
      local function refusal(...)
         local parts = table.pack(...)
         local ok, message = pcall(function()
            local path = files.join(table.unpack(parts, 1, parts.n))
            return path
         end)
         assert.is_false(ok)
         return (message:gsub("^spec/cloudify/files_spec%.lua:%d+: ", "here: "))
      end
      assert.equal("here: files.join: part 1 must be a string, not nil", refusal(nil, "a"))
      assert.equal("here: files.join: part 2 must be a string, not nil", refusal("a", nil))
      assert.equal("here: files.join: part 3 must be a string, not nil", refusal("a", "b", nil))
      assert.equal("here: files.join: part 2 must be a string, not number", refusal("a", 1))
   end)
end)
