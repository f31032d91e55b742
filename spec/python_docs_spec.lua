--- Follows docs/python.md: blocks whose first line names the same file make up that file, in the
--- order of the page; lines of cfy are run, and what comments announce with `logs: TEXT` is logged.
local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/python.md"

--- The file that a block is part of, by the comment that it begins with.
local function name_of(block)
   local first = block[1]:find("^#!") and block[2] or block[1]
   return first:match("^%-%- (%S+)$") or first:match("^# (%S+)$") or first:match("^{# (%S+) #}")
end

---@return table<string, string> files
---@return string[] commands
---@return string[] logs
local function read_document()
   local files, commands, logs, block = {}, {}, {}, nil
   for line in io.lines(DOCUMENT) do
      local language = line:match("^```(%w*)$")
      if language and not block then
         block = {language = language}
      elseif language then
         local name = block.language ~= "python" and name_of(block)
         if name then
            files[name] = (files[name] or "") .. table.concat(block, "\n") .. "\n"
         end
         block = nil
      elseif block then
         table.insert(block, line)
         table.insert(logs, line:match("%f[%-#][%-#]+ logs: (.*)$"))
      else
         table.insert(commands, line:match("^    cfy (.*)$"))
      end
   end
   return files, commands, logs
end

describe("the page for those who come from Python", function()
   local world
   local files, commands, logs = read_document()

   lazy_setup(function()
      world = cfy.world()
      for name, text in pairs(files) do
         world:write(name, text)
      end
   end)
   lazy_teardown(function() world:remove() end)

   it("has a plugin that works", function()
      local said = {}
      for _, command in ipairs(commands) do
         local result = world:sh(("cd '%s' && %s %s"):format(world.folder, world:command(),
            command))
         assert.equal(0, result.code, command .. "\n" .. result.out .. result.err)
         table.insert(said, result.out .. result.err)
      end
      local text = table.concat(said)
      assert.equal(4, #commands)
      assert.equal(4, #logs)
      for _, line in ipairs(logs) do
         assert.truthy(text:find(line, 1, true), line .. "\n" .. text)
      end
      assert.truthy(said[3]:find("Notes of reader", 1, true), said[3])
   end)

   it("has specs that pass", function()
      local result = world:sh(("cd '%s/notes' && '%s/lua-runner' /usr/bin/busted --output=TAP spec")
         :format(world.folder, os.getenv("CFY_BUILD")))
      assert.equal(0, result.code, result.out .. result.err)
      assert.equal(2, select(2, result.out:gsub("%f[^\n\0]ok %d", "")), result.out)
   end)

   it("has a rockspec with which the plugin packs", function()
      local result = world:sh(("cd '%s' && %s plugins pack notes"):format(world.folder,
         world:command()))
      assert.equal(0, result.code, result.out .. result.err)
   end)

   it("has Python that compiles", function()
      local text = world:read(DOCUMENT)
      local all, count = {}, 0
      for block in text:gmatch("```python\n(.-)```") do
         count = count + 1
         table.insert(all, block)
      end
      assert.equal(8, count)
      local path = world:write("all.py", table.concat(all, "\n"))
      local result = world:sh("python3 -m py_compile " .. path)
      assert.equal(0, result.code, result.err)
   end)
end)
