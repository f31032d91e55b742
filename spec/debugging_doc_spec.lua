--- The page on debugging, followed from start to end.
local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/debugging.md"
local COMMENTS = {yaml = "^# (%S+%.yaml)\n", lua = "^%-%- (%S+%.lua)\n"}

describe("the page on debugging", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Its parts in their order: {language, text} of blocks, {"command", text}.
   local function parts(text)
      local found = {}
      text = text:gsub("\n    ([^\n]*%f[%w]cfy [^\n]*)\n", "\n```command\n%1\n```\n")
      for language, block in text:gmatch("\n```(%w+)\n(.-)\n```") do
         table.insert(found, {language, block})
      end
      return found
   end

   local function run(command)
      local line = command:gsub("cfy ", world:command() .. " ", 1)
      local result = world:sh(("cd '%s' && %s"):format(world.folder, line))
      return result.out .. result.err, result.code
   end

   it("shows what is to be seen", function()
      local output, commands = "", 0
      for _, part in ipairs(parts(world:read(DOCUMENT))) do
         local language, text = table.unpack(part)
         local file = COMMENTS[language] and text:match(COMMENTS[language])
         if file then
            world:write(file, text)
         elseif language == "command" then
            local code
            output, code = run(text)
            commands = commands + 1
            assert.equal(commands == 1 and 1 or 0, code, text .. "\n" .. output)
         else
            for line in text:gmatch("[^\n]+") do
               assert.truthy(output:find(line, 1, true), line .. "\n is not in\n" .. output)
            end
         end
      end
      assert.equal(6, commands)
   end)
end)
