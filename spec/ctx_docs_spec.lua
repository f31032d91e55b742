--- Runs the examples of docs/ctx.md: its blueprint is installed, and each block of Lua runs in an
--- operation of it, that of the node `app` unless a comment above it names another place. A line
--- `EXPRESSION --> VALUE` must give that value, and `CODE --> error: TEXT` raise that error.
local cfy = require("spec.support.cfy")
local cloudify = require("cloudify")

local DOCUMENT = "docs/ctx.md"

--- The plugin `example`: each of its operations runs the blocks of its place.
local PLUGIN = [[
local cloudify = require("cloudify")
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
local utils = require("cloudify.utils")

local function outcome(chunk)
   local ok, value = utils.try(chunk)
   return ok and {value = value} or {error = value.message}
end

local function run_block(ctx, inputs, code)
   local tasks, results = {}, {}
   local environment = setmetatable({ctx = ctx, tasks = tasks, operation = operation,
      cloudify = cloudify, outcome = outcome, results = results}, {__index = _G})
   local whole = outcome(assert(load(code, "=block", "t", environment)))
   assert(not whole.error, whole.error)
   for _, task in pairs(tasks) do
      task(ctx, inputs)
   end
   return results
end

return {run = operation(function(ctx, inputs)
   local place = ctx.operation.relationship or ctx.node.name
   local folder = os.getenv("EXAMPLES")
   local path = files.join(folder, place .. ".json")
   local results = {}
   if files.exists(path) then
      for _, block in ipairs(cloudify.json.decode(files.read(path))) do
         results[block.line] = cloudify.object(run_block(ctx, inputs, block.code))
      end
   end
   if ctx.operation.retry_number == 0 then
      files.write(files.join(folder, place .. ".results"), cloudify.json.encode(results))
   end
end)}
]]

--- The fenced blocks of the document: {language, line, place, lines}.
local function read_blocks()
   local blocks, block, place, number = {}, nil, nil, 0
   for line in io.lines(DOCUMENT) do
      number = number + 1
      local fence = line:match("^```(.*)$")
      if block and fence then
         table.insert(blocks, block)
         block, place = nil, nil
      elseif block then
         table.insert(block.lines, line)
      elseif fence then
         block = {language = fence, line = number, place = place or "app", lines = {}}
      else
         place = line:match("^<!%-%- in (%w+) %-%->$") or (line == "" and place or nil)
      end
   end
   return blocks
end

--- The code that runs a block: what lines must give goes into `results`, by their number.
local function instrument(block)
   local code = {}
   for i, line in ipairs(block.lines) do
      local expression = line:match("^(.-)%s+%-%->")
      local chunk = expression
      if expression and load("return " .. expression) then
         chunk = "return " .. expression
      end
      if chunk then
         line = ("results['%d'] = outcome(function() %s end)"):format(block.line + i, chunk)
      end
      code[i] = line
   end
   return table.concat(code, "\n")
end

local function write_examples(world, blocks)
   local by_place = {}
   for _, block in ipairs(blocks) do
      if block.language == "yaml" then
         world:write("app/blueprint.yaml", table.concat(block.lines, "\n") .. "\n")
      else
         by_place[block.place] = by_place[block.place] or {}
         table.insert(by_place[block.place],
            {line = tostring(block.line), code = instrument(block)})
      end
   end
   for place, codes in pairs(by_place) do
      world:write(place .. ".json", cloudify.json.encode(codes))
   end
end

describe("the reference of ctx", function()
   local blocks = read_blocks()
   local world

   lazy_setup(function()
      world = cfy.world()
      world:write("app/plugins/example/example/tasks.lua", PLUGIN)
      write_examples(world, blocks)
      local result = world:sh(("EXAMPLES='%s' "):format(world.folder)
         .. world:command("install", world:path("app/blueprint.yaml"), "--task-retries", "1"))
      assert(result.code == 0, result.out .. result.err)
   end)
   lazy_teardown(function() world:remove() end)

   --- What line `number` of the document has given: {value} or {error}.
   local function result_of(block, number)
      local results = cloudify.json.decode(world:read(world:path(block.place .. ".results")))
      return results[tostring(block.line)][tostring(number)]
   end

   local count = 0
   for _, block in ipairs(blocks) do
      for i, line in ipairs(block.lines) do
         local expected = block.language == "lua" and line:match("%-%-> (.*)$")
         if expected then
            count = count + 1
            it(("line %d: %s"):format(block.line + i, line), function()
               local result = result_of(block, block.line + i)
               local text = expected:match("^error: (.*)$")
               assert.equal(text, result.error)
               if not text then
                  assert.same(load("return " .. expected)(), result.value)
               end
            end)
         end
      end
   end

   it("is full of examples", function() assert.truthy(count > 40, count) end)
end)
