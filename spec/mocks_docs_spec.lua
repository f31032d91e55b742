--- Runs the specs of docs/mocks.md as they stand there.
local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/mocks.md"

--- Write each block of Lua to the file that its first line names. Returns the names.
local function write_files(world)
   local files, block = {}, nil
   for line in io.lines(DOCUMENT) do
      if line == "```lua" then
         block = {}
      elseif line == "```" and block then
         local name = block[1]:match("^%-%- (%S+%.lua)$")
         table.insert(files, name)
         world:write(name, table.concat(block, "\n") .. "\n")
         block = nil
      elseif block then
         table.insert(block, line)
      end
   end
   return files
end

describe("the page on mocks", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("has specs that pass", function()
      local files, build = write_files(world), os.getenv("CFY_BUILD")
      assert.equal(5, #files)
      local command = "cd '%s' && '%s/lua-runner' /usr/bin/busted --output=TAP spec"
      local result = world:sh(command:format(world.folder, build))
      assert.equal(0, result.code, result.out .. result.err)
      local passed = select(2, result.out:gsub("%f[^\n\0]ok %d", ""))
      assert.equal(7, passed, result.out)
   end)

   it("names each argument of each constructor", function()
      local file <close> = assert(io.open(DOCUMENT))
      local text = file:read("a")
      text = text:sub(text:find("## The arguments", 1, true), -1)
      local arguments = require("cloudify.mocks.arguments")
      for _, constructor in ipairs {"MockCloudifyContext", "MockNodeContext",
            "MockNodeInstanceContext", "MockRelationshipContext",
            "MockRelationshipSubjectContext", "MockOperationContext", "plugin"} do
         for _, name in ipairs(arguments.names(constructor)) do
            assert.truthy(text:find("%f[%w_]" .. name .. "%f[^%w_]"), constructor .. " " .. name)
         end
      end
   end)
end)
