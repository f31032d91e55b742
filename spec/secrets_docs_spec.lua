--- The examples of docs/secrets.md: files are written, commands print what stands below them.
local secrets = require("spec.support.secrets")

local DOCUMENT = "docs/secrets.md"

--- The files and the commands of the document, in their order.
local function read()
   local files, commands, block = {}, {}, nil
   for line in io.lines(DOCUMENT) do
      local command, output = line:match("^    %$ (.*)$"), line:match("^    (.*)$")
      if line:match("^```%a+$") then
         block = {lines = {}}
      elseif line == "```" then
         files[block.lines[1]:match("^[#%-]+ (%S+)$")] = table.concat(block.lines, "\n") .. "\n"
         block = nil
      elseif block then
         table.insert(block.lines, line)
      elseif command then
         table.insert(commands, {command = command, output = ""})
      elseif output then
         commands[#commands].output = commands[#commands].output .. output .. "\n"
      end
   end
   return files, commands
end

describe("the description of secrets", function()
   local world

   setup(function() world = secrets.world() end)
   teardown(function() world:remove() end)

   it("shows files and commands that do what it says", function()
      local files, commands = read()
      for name, text in pairs(files) do
         world:write(name, text)
      end
      assert.equal(7, #commands)
      for _, each in ipairs(commands) do
         local result = world:sh(("cfy() { %s %s \"$@\"; }; cd '%s'; %s"):format(world.environment,
            world:command(), world.folder, each.command))
         assert.equal(0, result.code, each.command .. "\n" .. result.err)
         assert.equal(each.output, result.out, each.command)
      end
   end)
end)
