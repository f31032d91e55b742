local cloudify = require("cloudify")
local cfy = require("spec.support.cfy")
local examples = require("spec.support.examples")

local json = cloudify.json
-- What a schema can see: the others look at more than one place.
-- What is missing there may be in another file.
local IN_OTHER_FILES = {["test/data/invalid/merge_without_type.yaml"] = true}
local STRUCTURAL = {["unknown-key"] = true, ["missing-key"] = true, schema = true}

describe("cfy schema", function()
   local world, schema

   lazy_setup(function()
      world = cfy.world()
      local result = world:cfy("schema")
      assert.equal(0, result.code, result.err)
      schema = world:write("schema.json", result.out)
   end)
   lazy_teardown(function() world:remove() end)

   --- What the schema says of each file: "ok", or what is wrong.
   local function verdicts(files)
      local list = world:write("files", table.concat(files, "\n") .. "\n")
      local result = world:sh(("/usr/bin/python3 test/tools/check_schema.py '%s' <'%s'"):format(
         schema, list))
      assert.equal(0, result.code, result.err)
      local lines = {}
      for line in result.out:gmatch("[^\n]+") do
         table.insert(lines, line)
      end
      assert.equal(#files, #lines)
      return lines
   end

   --- Our own blueprints and plugins, and the examples of the description that have no error.
   local function valid_files()
      local files = {}
      for path in io.popen("find test/data/blueprints examples plugins spec/fixtures types "
            .. "-name '*.yaml'"):lines() do
         table.insert(files, path)
      end
      for i, example in ipairs(examples.read("docs/blueprint-language.md")) do
         for name, text in pairs(#example.errors == 0 and example.files or {}) do
            if name:match("%.yaml$") then
               table.insert(files, world:write(("valid/%d/%s"):format(i, name), text))
            end
         end
      end
      return files
   end

   --- Whether all errors of an invalid blueprint are such that a schema can see them.
   local function is_structural(path)
      local result = json.decode(world:cfy("validate", "--json", path).out)
      for _, diagnostic in ipairs(result.diagnostics) do
         if not STRUCTURAL[diagnostic.code] then
            return false
         end
      end
      return true
   end

   it("accepts every valid example", function()
      local files = valid_files()
      assert.is_true(#files > 80)
      for i, verdict in ipairs(verdicts(files)) do
         assert.equal("ok", verdict, files[i])
      end
   end)

   it("refuses what is structurally wrong", function()
      local files = {}
      for path in io.popen("ls test/data/invalid/*.yaml"):lines() do
         if is_structural(path) and not IN_OTHER_FILES[path] then
            table.insert(files, path)
         end
      end
      assert.is_true(#files > 5)
      for i, verdict in ipairs(verdicts(files)) do
         assert.not_equal("ok", verdict, files[i])
      end
   end)

   it("tells what each key is for", function()
      local root = json.decode(world:read(schema))
      assert.equal("what a deployment is given", root.properties.inputs.description)
      assert.equal("a place for anchors (from cloudify_dsl_1_2 on)",
         root.properties.dsl_definitions.description)
   end)
end)
