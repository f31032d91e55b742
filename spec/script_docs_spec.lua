--- The examples of docs/scripts.md do what their comments say: `# logs: TEXT`.
local cfy = require("spec.support.cfy")
local examples = require("spec.support.examples")
local script = require("spec.support.script")

--- What the comments in the files of an example promise.
local function promised_logs(files)
   local texts = {}
   for _, text in pairs(files) do
      for line in text:gmatch("[^\n]+") do
         table.insert(texts, line:match("[#%-] logs: (.-)%s*$"))
      end
   end
   return texts
end

describe("docs/scripts.md", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   for _, example in ipairs(examples.read("docs/scripts.md")) do
      it(("shows an example in line %d that works"):format(example.line), function()
         for name, text in pairs(example.files) do
            world:write("app/" .. name, text)
         end
         local result = world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app")
         assert.equal(0, result.code, result.err)
         for name in example.files[example.main]:gmatch("\n  ([%w_]+):\n    mapping") do
            result = world:cfy("executions", "start", name, "-d", "app")
            assert.equal(0, result.code, result.err)
         end
         local promised, logs = promised_logs(example.files), script.logs(world, "app")
         assert.is_true(#promised > 0)
         for _, text in ipairs(promised) do
            assert.truthy(script.has(logs, text), text .. "\n--\n" .. table.concat(logs, "\n"))
         end
      end)
   end
end)
