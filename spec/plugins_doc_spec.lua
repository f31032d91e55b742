local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/plugins.md"
local COMMENTS = {yaml = "^# (%S+%.yaml)$", lua = "^%-%- (%S+%.lua)$"}

--- The steps of the page in their order: {file =, text =}, {sh =} or {cfy =}.
local function read_steps()
   local steps, block = {}, nil
   for line in io.lines(DOCUMENT) do
      local fence = line:match("^```(%w*)$")
      if fence and not block then
         block = {language = fence, lines = {}}
      elseif fence then
         local file = block.lines[1]:match(COMMENTS[block.language] or "^$")
         local text = table.concat(block.lines, "\n") .. "\n"
         if file then
            table.insert(steps, {file = file, text = text})
         elseif block.language == "sh" then
            table.insert(steps, {sh = text})
         end
         block = nil
      elseif block then
         table.insert(block.lines, line)
      elseif line:match("^    cfy ") then
         table.insert(steps, {cfy = line:match("^    cfy (.*)$")})
      end
   end
   return steps
end

describe("the page on plugins", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Do a step in the folder of the world; what it prints.
   local function take(step)
      if step.file then
         world:write(step.file, step.text)
         return ""
      end
      local command = step.sh or (world:command() .. " " .. step.cfy)
      local result = world:sh(("cd '%s' && %s"):format(world.folder, command))
      assert.equal(0, result.code, command .. "\n" .. result.err)
      return result.out
   end

   it("can be followed as it stands", function()
      local out, commands = {}, 0
      for _, step in ipairs(read_steps()) do
         table.insert(out, take(step))
         commands = commands + (step.cfy and 1 or 0)
      end
      assert.equal(14, commands)
      local text = table.concat(out)
      for _, part in ipairs {"Plugin 'greeter' 1.0 is installed.", "Hello world, says 1.0",
            "Plugin 'greeter' 1.1 is packed: greeter-1.1.tar.gz"} do
         assert.truthy(text:find(part, 1, true), part .. "\n" .. text)
      end
      assert.equal("Hello world, says 1.1", world:cfy("outputs", "second").out:match("Hello.*%d"))
   end)

   it("gives a rockspec's part that is Lua", function()
      local count = 0
      for text in world:read(DOCUMENT):gmatch("```lua\n(.-)```") do
         count = count + 1
         assert(load(text))
      end
      assert.equal(2, count)
   end)
end)
