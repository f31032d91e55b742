--- Follows docs/workflows.md: a block that begins with the name of a file is that file; the lines
--- of cfy are run in their order, ID being the latest execution. Under a heading, what they print
--- has each text that a comment `-- logs: TEXT` announces. A line that ends with `# fails: TEXT`
--- fails so, and one that ends with `&` goes on while the next ones run.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local DOCUMENT = "docs/workflows.md"

---@return {name: string, text: string}[] files
---@return {heading: string, commands: string[], logs: string[]}[] sections
local function read_document()
   local files, sections, block = {}, {}, nil
   for line in io.lines(DOCUMENT) do
      local fence, section = line:match("^```(%w*)$"), sections[#sections]
      if fence and not block then
         block = {}
      elseif fence then
         local name = assert(block[1]:match("^%S+ (%S+)$"), block[1])
         table.insert(files, {name = name, text = table.concat(block, "\n") .. "\n"})
         block = nil
      elseif block then
         table.insert(block, line)
         table.insert(section.logs, line:match("%-%- logs: (.*)$"))
      elseif line:match("^## ") then
         table.insert(sections, {heading = line:sub(4), commands = {}, logs = {}})
      elseif line:match("^    cfy ") then
         table.insert(section.commands, line:match("^    cfy (.*)$"))
      end
   end
   return files, sections
end

describe("the page on workflows", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function last_execution()
      local list = json.decode(world:cfy("executions", "list", "shop", "--json").out)
      return list[#list]
   end

   --- Start it, and return once it has printed `sign`.
   local function start(command, sign)
      world:sh(("cd '%s' && rm -f ended && (%s %s; echo yes >ended) >background 2>&1 &"):format(
         world.folder, world:command(), command))
      assert.is_true(cfy.eventually(function()
         return world:so_far("background"):find(sign, 1, true)
      end), world:so_far("background"))
   end

   --- What it prints.
   local function run(command)
      local line, failure = command:match("^(.-) +# fails: (.*)$")
      line = (line or command):gsub("%f[%w]ID%f[%W]", function() return last_execution().id end)
      local result = world:sh(("cd '%s' && %s %s"):format(world.folder, world:command(), line))
      local said = result.out .. result.err
      if failure then
         assert.is_true(result.code ~= 0, command)
         assert.is_truthy(said:find(failure, 1, true), said)
      else
         assert.equal(0, result.code, command .. "\n" .. said)
      end
      return said
   end

   local function ended()
      return cfy.eventually(function()
         return world:so_far("ended") == "yes\n"
      end)
   end

   --- What the commands of a section print.
   local function follow(section)
      local said, in_background = {}, false
      for _, command in ipairs(section.commands) do
         if command:match(" &$") then
            start(command:match("^(.*) &$"), "watching")
            in_background = true
         else
            table.insert(said, run(command))
         end
      end
      if in_background then
         assert.is_truthy(ended(), world:so_far("background"))
         table.insert(said, world:so_far("background"))
      end
      return table.concat(said)
   end

   it("can be followed as it stands", function()
      local files, sections = read_document()
      for _, file in ipairs(files) do
         world:write(file.name, file.text)
      end
      local commands, logs = 0, 0
      for _, section in ipairs(sections) do
         local said = follow(section)
         for _, text in ipairs(section.logs) do
            assert.is_truthy(said:find(text, 1, true),
               section.heading .. ": " .. text .. "\n" .. said)
         end
         commands, logs = commands + #section.commands, logs + #section.logs
      end
      assert.equal(18, commands)
      assert.equal(14, logs)
      assert.equal("terminated", last_execution().status)
   end)

   it("names each file of the built-in workflows", function()
      local text = world:read(DOCUMENT)
      local part = text:match("\n## The built%-in workflows\n(.-)\n## ")
      local count = 0
      for name in part:gmatch("`([%w_]+%.lua)`") do
         assert(io.open("lua/cloudify/workflows/" .. name)):close()
         count = count + 1
      end
      assert.equal(5, count)
   end)
end)
