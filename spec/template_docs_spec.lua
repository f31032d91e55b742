--- The examples of docs/templates.md: a block of `jinja` gives the block of `text`, or raises the
--- `error`, that follows it; the first block of `lua` has the variables.
local filters = require("cloudify.template.filters")
local globals = require("cloudify.template.globals")
local methods = require("cloudify.template.methods")
local render = require("cloudify.template").render
local tests = require("cloudify.template.tests")

local DOCUMENT = "docs/templates.md"

--- The fenced blocks of the document.
---@return {language: string, line: integer, text: string}[]
local function read_blocks()
   local blocks, block, number = {}, nil, 0
   for line in io.lines(DOCUMENT) do
      number = number + 1
      local fence = line:match("^```(.*)$")
      if block and fence then
         block.text = table.concat(block, "\n")
         table.insert(blocks, block)
         block = nil
      elseif block then
         table.insert(block, line)
      elseif fence then
         block = {language = fence, line = number + 1}
      end
   end
   return blocks
end

--- The names in the row of a table that begins with `title`.
local function names_in_row(title)
   for line in io.lines(DOCUMENT) do
      local row = line:match("^| " .. title .. " | (.*) |$")
      if row then
         local names = {}
         for name in row:gmatch("`([%w_]+)`") do
            names[name] = true
         end
         return names
      end
   end
   error("no row " .. title)
end

--- The names of functions that are there and not refused.
local function names_of(map)
   local names = {}
   for name, entry in pairs(map) do
      if name:find("^%a") and not entry.refused then
         names[name] = true
      end
   end
   return names
end

describe("the description of templates", function()
   local blocks = read_blocks()
   local variables = assert(load(blocks[1].text, "variables", "t", {}))()

   for i, block in ipairs(blocks) do
      local answer = blocks[i + 1]
      if block.language == "jinja" and answer.language == "text" then
         it("shows what line " .. block.line .. " renders", function()
            assert.equal(answer.text, render(block.text, variables, "example"))
         end)
      elseif block.language == "jinja" then
         it("shows the error of line " .. block.line, function()
            assert.equal("error", answer.language)
            local ok, err = pcall(render, block.text, variables, "example")
            assert.is_false(ok)
            assert.equal(answer.text, err.message)
         end)
      end
   end

   it("has a module that can be required", function()
      assert.equal("lua", blocks[#blocks].language)
      local chunk = assert(load(blocks[#blocks].text .. "\nreturn text", "example"))
      assert.equal("Hello you", chunk())
   end)

   it("lists all filters", function()
      local listed = {}
      for _, row in ipairs {"text", "numbers", "lists", "choice"} do
         for name in pairs(names_in_row(row)) do
            listed[name] = true
         end
      end
      assert.same(names_of(filters), listed)
   end)

   local lists = {
      {"tests", tests}, {"functions", globals.functions}, {"methods of strings", methods.string},
      {"methods of lists", methods.list}, {"methods of dicts", methods.dict},
   }
   for _, list in ipairs(lists) do
      it("lists all " .. list[1], function()
         assert.same(names_of(list[2]), names_in_row(list[1]))
      end)
   end
end)
