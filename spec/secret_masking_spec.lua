--- Secrets given to operations and workflows: they get the value, and nothing tells it.
local secrets = require("spec.support.secrets")
local json = require("cloudify").json

local VALUE = "s3cret \"0815\""

describe("a secret", function()
   local world

   before_each(function()
      world = secrets.world()
      world:keep_secret("token", VALUE)
   end)
   after_each(function() world:remove() end)

   local function install(create, more)
      return world:cfy("install", secrets.blueprint(world, create, more), "-d", "app",
         "--task-retries", "1", "--task-retry-interval", "0.01")
   end

   --- Nothing that was printed or is shown has one of `texts`, no file of the store has.
   local function assert_untold(result, ...)
      local shown = result.out .. result.err .. secrets.shown(world)
      for _, text in ipairs {...} do
         assert.is_nil(shown:find(text, 1, true), shown)
         assert.equal("", secrets.files_with(world, text))
      end
      return shown
   end

   local function runtime_properties()
      return json.decode(world:run("node-instances", "app", "--json"))[1].runtime_properties
   end

   local from_input = "{implementation: teller.teller.tasks.%s, "
      .. "inputs: {secret: {default: {get_secret: token}}}}"

   -- what the operation does with the secret -> whether the install succeeds
   local ways = {
      {"logs it, or sends it as an event", "log", true},
      {"prints it", "print", true},
      {"prints it in two pieces, read one by one", "print_in_pieces", true},
      {"prints it within a very long line", "print_long_line", true},
      {"has a process print it", "print_by_child", true},
      {"raises it, with causes", "raise", false},
      {"raises it as text, and is retried", "raise_text", false},
      {"returns it", "give_back", true},
      {"asks for a retry because of it", "retry", true},
   }
   local sources = {
      {"of an input", from_input},
      {"of a property", "teller.teller.tasks.%s",
         "    properties: {secret: {get_secret: token}}\n"},
      {"asked for", "teller.teller.tasks.%s"},
   }
   for _, source in ipairs(sources) do
      for _, way in ipairs(ways) do
         it(source[1] .. " is masked if an operation " .. way[1], function()
            local result = install(source[2]:format(way[2]), source[3])
            assert.equal(way[3], result.code == 0, result.err .. result.out)
            local shown = assert_untold(result, VALUE, 's3cret \\"0815\\"')
            assert.truthy(shown:find("********", 1, true), shown)
         end)
      end

      it(source[1] .. " reaches the operation", function()
         local inputs = "expected_head: {default: 's3cret '}, expected_tail: {default: '\"0815\"'}"
         if source[2] == from_input then
            inputs = inputs .. ", secret: {default: {get_secret: token}}"
         end
         local create = ("{implementation: teller.teller.tasks.check, inputs: {%s}}"):format(inputs)
         assert_untold(install(create, source[3]), VALUE)
         assert.is_true(runtime_properties().right)
      end)
   end

   for _, way in ipairs {{"logs and sends as events", "log_cut", 0}, {"raises", "raise_cut", 1}} do
      it("is masked where the end of what an operation " .. way[1] .. " is cut off", function()
         local result = install(from_input:format(way[2]))
         assert.equal(way[3], result.code)
         local shown = result.out .. result.err .. secrets.shown(world)
         -- No assertion on texts of a megabyte, which it would print.
         assert.is_true(shown:find("xs3cre", 1, true) == nil, "the beginning of it is told")
         assert.equal("", secrets.files_with(world, "xs3cre"))
         assert.is_true(shown:find("x%*+ %.%.%. %(1049584 bytes in all%)") ~= nil,
            "it is not masked, or the length is not told")
      end)
   end

   it("that is kept as a runtime property is stored, and masked where it is listed", function()
      world:keep_secret("gone", "not to be seen")
      local result = install("teller.teller.tasks.keep", [[
outputs:
  kept: {value: {get_attribute: [teller, kept, told]}}
  direct: {value: {get_secret: token}}
  joined: {value: {concat: ['<', {get_secret: token}, '>']}}
  missing: {value: {get_secret: gone}}
capabilities:
  direct: {value: {get_secret: token}}
]])
      assert.equal(0, result.code, result.err)
      assert.is_nil((result.out .. secrets.shown(world)):find("s3cret", 1, true))
      world:run("secrets", "delete", "gone")
      assert.equal("told: ********", runtime_properties().kept.told)
      assert.same({kept = "told: ********", direct = "********", joined = "<********>"},
         json.decode(world:run("outputs", "app", "--json")))
      assert.same({direct = "********"}, json.decode(world:run("capabilities", "app", "--json")))
   end)

   it("of several lines is masked line by line", function()
      local first, second = "-----BEGIN KEY-----", "abcdefgh12345678"
      world:keep_secret("token", first .. "\n  " .. second .. "\n}\n")
      for _, way in ipairs {"log", "print", "raise"} do
         local result = install("teller.teller.tasks." .. way)
         assert_untold(result, first, second)
         world:cfy("uninstall", "app")
      end
   end)

   it("that is a JSON object is masked in each of its parts", function()
      world:keep_secret("database",
         '{"user": "dagobert", "ports": [54321], "deep": {"x": "gold-bin"}}')
      local input = "{implementation: teller.teller.tasks.%s, "
         .. "inputs: {secret: {default: {get_secret: [database, %s]}}}}"
      for _, way in ipairs {"log", "print"} do
         for _, path in ipairs {"user", "deep, x"} do
            local result = install(input:format(way, path))
            assert.equal(0, result.code, result.err)
            assert_untold(result, "dagobert", "gold-bin", "54321")
            world:run("uninstall", "app")
         end
      end
   end)

   it("is evaluated when the operation runs: what is new counts", function()
      install(from_input:format("measure"))
      assert.equal(#VALUE, runtime_properties().length)
      world:run("uninstall", "app")
      world:keep_secret("token", "longer than it was before")
      install(from_input:format("measure"))
      assert.equal(25, runtime_properties().length)
   end)

   it("that is missing when the operation runs is named", function()
      secrets.blueprint(world, "teller.teller.tasks.log")
      world:run("deployments", "create", world:path("app/blueprint.yaml"), "-d", "app")
      world:run("secrets", "delete", "token")
      world:run("secrets", "create", "tokens", "-s", "value")
      local result = world:cfy("executions", "start", "install", "-d", "app", "--task-retries", "0")
      assert.equal(1, result.code)
      assert.truthy((result.out .. result.err):find("no secret 'token', did you mean 'tokens'?", 1,
         true), result.err)
   end)

   it("that the blueprint asks for must be there before there is a deployment", function()
      world:run("secrets", "create", "user-name", "-s", "value")
      local blueprint = secrets.blueprint(world, from_input:format("log"), [[
    properties:
      secret: [{get_secret: user_name}, {get_secret: token}, {get_secret: [pair, key]}]
outputs:
  last: {value: {get_secret: third}}
]])
      for _, command in ipairs {{"install"}, {"deployments", "create"}} do
         table.insert(command, blueprint)
         local result = world:cfy(table.unpack(command))
         assert.equal(1, result.code)
         assert.truthy(result.err:find("unknown secret 'user_name' (did you mean 'user-name'?; the "
            .. "missing secrets are 'user_name', 'pair', 'third') "
            .. "(and 2 more errors: 'cfy validate' with "
            .. "inputs (-i) shows them)", 1, true),
            result.err)
      end
      assert.equal("[]", (world:run("deployments", "list", "--json"):gsub("%s", "")))
      local validated = world:cfy("validate", blueprint, "-i", world:write("none.yaml", "{}"))
      local _, count = (validated.out .. validated.err):gsub("unknown secret", "")
      assert.equal(3, count, validated.out .. validated.err)
   end)

   it("is told who asks for it when it is deleted", function()
      install(from_input:format("measure"))
      local result = world:cfy("secrets", "delete", "token")
      assert.equal(0, result.code)
      assert.equal("cfy: warning: deployment 'app' asks for it\n", result.err)
   end)

   it("keeps listings from being shown where it cannot be masked, until it is deleted", function()
      install("teller.teller.tasks.keep")
      os.rename(world:path("key"), world:path("elsewhere"))
      for _, command in ipairs {"node-instances", "outputs"} do
         local result = world:cfy(command, "app")
         assert.equal(1, result.code)
         assert.truthy(result.err:find("cannot mask the secrets that were given out: there is no "
            .. "secret key", 1, true), result.err)
      end
      world:run("node-instances", "app", "--secret-key", world:path("elsewhere/secret.key"))
      world:run("secrets", "delete", "token")
      world:run("node-instances", "app")
   end)

   describe("given to a workflow", function()
      local function workflow(name)
         return world:cfy("install", secrets.blueprint(world, "teller.teller.tasks.measure", ([[
workflows:
  tell: {mapping: teller.teller.flows.%s}
]]):format(name)), "-d", "app"), world:cfy("executions", "start", "tell", "-d", "app")
      end

      local flows = {{"logs it", "log", true}, {"raises it", "raise", false},
         {"raises it in a local task", "raise_in_task", false},
         {"raises it in a handler", "raise_in_handler", false}}
      for _, flow in ipairs(flows) do
         it("is masked if that " .. flow[1], function()
            local _, result = workflow(flow[2])
            assert.equal(flow[3], result.code == 0, result.err .. result.out)
            local shown = assert_untold(result, VALUE, 's3cret \\"0815\\"', "s3cr")
            assert.truthy(shown:find("********", 1, true), shown)
         end)
      end

      local function execution_id()
         local list = json.decode(world:run("executions", "list", "app", "--json"))
         return list[#list].id
      end

      it("is encrypted in its stored graph, and masked after the engine has died", function()
         local _, result = workflow("pass_on")
         assert.equal(137, result.code, result.err .. result.out)
         assert.equal("", secrets.files_with(world, 's3cret \\"0815'))
         local left = secrets.files_with(world, VALUE)
         assert.truthy(left:find("^[^\n]*/output/[^/\n]+\n$"), left)

         local denied = world:cfy("executions", "resume", execution_id(), "--secret-key",
            "/nowhere")
         assert.truthy(denied.err:find("there is no secret key '/nowhere'", 1, true), denied.err)
         result = world:cfy("executions", "resume", execution_id())
         assert.equal(0, result.code, result.err .. result.out)
         assert.equal(#VALUE, runtime_properties().length)
         local shown = assert_untold(result, VALUE, "s3cret")
         assert.truthy(shown:find("the handler got " .. #VALUE .. " bytes", 1, true), shown)
      end)
   end)
end)
