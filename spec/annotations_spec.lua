--- The reader of annotations, behind the reference of the Lua API and the check of lua/types.
local annotations = dofile("tools/annotations.lua")
local cfy = require("spec.support.cfy")

describe("annotations", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function read(text)
      return annotations.read(world:write("types/x.lua", text))
   end

   local TYPES = {
      "string", "string|integer", '"a"|"b c"', "table<string, any>[]", "{a: b, c: d}?",
      "fun(a: b, c?: d): e, f?", "fun()", "(string|string[])[]", "cloudify.Node?",
   }
   for _, kind in ipairs(TYPES) do
      it("tell the type " .. kind .. " from what is said of it", function()
         assert.same({kind, "what it is: x"}, {annotations.split_type(kind .. " what it is: x")})
         assert.same({kind, ""}, {annotations.split_type(kind)})
      end)
   end

   it("are read with what they belong to", function()
      local file = read([[
---@meta some.module
--- About the file.

--- About the class.
---@class some.Thing: some.Base
---@field name? string of it
local Thing = {}

--- Do it.
---@param how string
---@return boolean ok whether
function Thing:act(how) end

---@class some.module
local module = {}

function module.make(...) end

return module
]])
      local thing = file.items[1]
      assert.equal("About the file.", file.doc)
      assert.equal("some.module", file.module.name)
      assert.equal("About the class.", thing.doc)
      assert.same({"some.Base"}, thing.parents)
      assert.same({{name = "name", optional = true, type = "string", doc = "of it"}}, thing.fields)
      local act, make = thing.functions[1], file.module.functions[1]
      assert.is_true(act.method)
      assert.equal("Do it.", act.doc)
      assert.same({{name = "how", optional = false, type = "string", doc = ""}}, act.params)
      assert.same({{type = "boolean", doc = "ok whether"}}, act.returns)
      assert.is_false(make.method)
      assert.equal("...", make.arguments)
   end)

   local REFUSED = {
      {"an unknown tag", "---@feild name string", "unknown tag @feild"},
      {"a field without a type", "---@class X\n---@field name",
         "a name and a type are expected: name"},
      {"a function of nothing", "function Thing:act() end", "no class is declared as Thing"},
      {"other code", "print()", "neither an annotation nor a declaration: print()"},
   }
   for _, case in ipairs(REFUSED) do
      it("are refused with the line: " .. case[1], function()
         local _, lines = case[2]:gsub("\n", "")
         local _, err = pcall(read, case[2])
         assert.equal(("%s:%d: %s"):format(world:path("types/x.lua"), lines + 1, case[3]), err)
      end)
   end
end)
