--- Runs the project of docs/testing.md as it stands there.
local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/testing.md"

--- Write each block to the file that its first line names. Returns how many specs there are.
local function write_files(world)
   local specs, block = 0, nil
   for line in io.lines(DOCUMENT) do
      if line:match("^```%l+$") then
         block = {}
      elseif line == "```" then
         local name = block[1]:match("^[%-#]+ (%S+%.%l+)$")
         specs = specs + (name:match("_spec.lua$") and 1 or 0)
         world:write(name, table.concat(block, "\n") .. "\n")
         block = nil
      elseif block then
         table.insert(block, line)
      end
   end
   return specs
end

describe("the page on testing", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("has specs that pass", function()
      assert.equal(4, write_files(world))
      local command = "cd '%s' && '%s/lua-runner' /usr/bin/busted --output=TAP spec"
      local result = world:sh(command:format(world.folder, os.getenv("CFY_BUILD")))
      assert.equal(0, result.code, result.out .. result.err)
      local passed = select(2, result.out:gsub("%f[^\n\0]ok %d", ""))
      assert.equal(7, passed, result.out)
   end)

   it("names each option", function()
      local file <close> = assert(io.open(DOCUMENT))
      local text = file:read("a")
      text = text:sub(text:find("## Options", 1, true), -1)
      local options = require("cloudify.test_utils.options")
      for kind, types in pairs(options.types) do
         for name in pairs(types) do
            assert.truthy(text:find("`" .. name .. "`", 1, true), kind .. " " .. name)
         end
      end
   end)
end)
