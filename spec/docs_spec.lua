local cloudify = require("cloudify")
local cfy = require("spec.support.cfy")
local examples = require("spec.support.examples")

local DOCUMENT = "docs/blueprint-language.md"
local json = cloudify.json

local function write_files(world, folder, files)
   for name, text in pairs(files) do
      world:write(folder .. "/" .. name, text)
   end
end

--- What cfy is asked about an example: output file -> command, run in the example's folder.
local function commands_of(world, example)
   local inputs = table.concat(example.inputs, " ")
   local validate = world:command("validate", "--json", example.main) .. " "
   local commands = {validation = validate .. (#example.errors > 0 and inputs or "")}
   if #example.warnings > 0 then
      commands.strict = validate .. "--strict"
   end
   if #example.values + #example.parts > 0 then
      commands.plan = world:command("plan", "--json", example.main, "-i", world:path("none.yaml"))
         .. " " .. inputs
   end
   return commands
end

--- Ask cfy about all examples in one go; each folder then has the answers.
local function ask(world, list)
   local lines = {}
   world:write("none.yaml", "{}\n")  -- with inputs, if only none, the plan is that of a deployment
   for i, example in ipairs(list) do
      local folder = tostring(i)
      write_files(world, folder, example.files)
      for output, command in pairs(commands_of(world, example)) do
         table.insert(lines, ("cd %s && %s >%s 2>%s.err"):format(world:path(folder), command,
            output, output))
      end
      for k, file in ipairs(example.supporting) do
         local broken = ("%d/broken%d"):format(i, k)
         write_files(world, broken, example.files)
         world:write(broken .. "/" .. file, "[")
         table.insert(lines, ("cd %s && %s >validation 2>&1"):format(world:path(broken),
            commands_of(world, example).validation))
      end
   end
   world:sh("sh " .. world:write("ask.sh", table.concat(lines, "\n")))
end

local function answer(world, ...)
   local path = world:path(table.concat({...}, "/"))
   local text = world:read(path)
   local ok, value = pcall(json.decode, text)
   return ok and value or error(text .. world:read(path .. ".err"), 0)
end

--- The diagnostics of a severity, each as `file:line: id`.
local function found(diagnostics, severity)
   local texts = {}
   for _, diagnostic in ipairs(diagnostics) do
      if diagnostic.severity == severity then
         table.insert(texts, ("%s:%d: %s"):format(
            diagnostic.line > 0 and diagnostic.file or "", diagnostic.line,
            diagnostic.code))
      end
   end
   table.sort(texts)
   return texts
end

local function expected_marks(marks)
   local texts = {}
   for _, mark in ipairs(marks) do
      table.insert(texts, ("%s:%d: %s"):format(mark.file, mark.line, mark.id))
   end
   table.sort(texts)
   return texts
end

local function node_of(plan, name)
   for _, node in ipairs(plan.nodes) do
      if node.id == name then
         return node
      end
   end
end

--- What stands in the plan at the place of the blueprint, or of the plan, that `path` names.
local function part_of(plan, path)
   local value = plan
   for i, key in ipairs(path) do
      if i == 1 and key == "node_templates" then
         key = "nodes"
      elseif i == 2 and path[1] == "node_templates" then
         value, key = {[key] = node_of(plan, key)}, key
      end
      value = type(value) == "table" and (value[key] or value[tonumber(key)])
   end
   if (path[1] == "outputs" or path[1] == "capabilities") and #path == 2 and value then
      value = value.value
   end
   return value
end

--- The text of a value with the random ends of instance ids made alike.
local function normal(value)
   return (json.encode(value):gsub("(_)%w%w%w%w%w%w(%f[\"])", "%1******%2"))
end

describe("the description of the blueprint language", function()
   local list = examples.read(DOCUMENT)
   local world

   lazy_setup(function()
      world = cfy.world()
      ask(world, list)
   end)
   lazy_teardown(function() world:remove() end)

   for i, example in ipairs(list) do
      local name = ("%s, line %d: "):format(example.heading, example.line)

      it(name .. (#example.errors > 0 and "has these errors" or "is valid"), function()
         local diagnostics = answer(world, i, "validation").diagnostics
         assert.same(expected_marks(example.errors), found(diagnostics, "error"),
            json.encode(diagnostics))
      end)
      if #example.warnings > 0 then
         it(name .. "has these warnings", function()
            local diagnostics = answer(world, i, "strict").diagnostics
            assert.same(expected_marks(example.warnings), found(diagnostics, "warning"),
               json.encode(diagnostics))
         end)
      end
      for k, file in ipairs(example.supporting) do
         it(name .. "reads " .. file, function()
            local text = world:read(world:path(("%d/broken%d/validation"):format(i, k)))
            assert.truthy(text:find("yaml-syntax", 1, true), text)
         end)
      end
      for _, kind in ipairs {"values", "parts"} do
         for _, part in ipairs(example[kind]) do
            it(("%s%s in line %d"):format(name, table.concat(part.path, "."), part.line), function()
               local actual = part_of(answer(world, i, "plan"), part.path)
               assert.equal(normal(json.decode(part.expected)), normal(actual))
            end)
         end
      end
   end

   --- id -> its numbers, as they stand in a table, of all kinds of problems that there are.
   local function known_problems()
      local problems = {}
      for line in io.lines("core/dsl/diagnostic_codes.h") do
         local id, number = line:match('X%([%w_]+, "([%w-]+)", (-?%d+)%)')
         if id then
            local before = problems[id] and problems[id] .. ", " or ""
            problems[id] = before .. (number == "0" and "" or number)
         end
      end
      return problems
   end

   it("lists every error and every warning", function()
      local listed = {}
      for line in io.lines(DOCUMENT) do
         local id, number = line:match("^| `([%w-]+)` | ([%d, -]*) ?| ")
         local warning = line:match("^| `([%w-]+)` | [a-z]")
         if id or warning then
            listed[id or warning] = number and number:gsub(" $", "") or ""
         end
      end
      assert.equal("30", known_problems()["blueprint-not-found"])
      for id, number in pairs(known_problems()) do
         assert.equal(number, listed[id], id)
      end
   end)
end)
