--- The Lua prompt, fed from a pipe, and what it completes.
local cfy = require("spec.support.cfy")
local completion = require("cloudify.shell.completion")
local mocks = require("cloudify.mocks")

describe("cfy shell", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Type lines; what is printed, and the rest of the result.
   local function type_lines(lines, ...)
      local input = world:write("input", table.concat(lines, "\n") .. "\n")
      local result = world:sh(world:command("shell", ...) .. " <" .. input)
      return result.out, result
   end

   describe("without a deployment", function()
      it("has a mock of ctx", function()
         assert.equal('"thing"\n', (type_lines {"ctx.node.id"}))
      end)

      it("makes another one", function()
         assert.equal("8080\n", (type_lines {
            'mock{node_id = "web_1", properties = {port = 8080}}', "ctx.node.properties.port"}))
      end)

      it("shows data as JSON, several values in a row, and nothing for nothing", function()
         assert.equal('{"a":[1,2]}\n1\t"two"\tnil\n', (type_lines {
            "ctx.instance.runtime_properties.a = {1, 2}", "ctx.instance.runtime_properties",
            'return 1, "two", nil'}))
      end)

      it("keeps variables, and reads on until a statement is whole", function()
         assert.equal("1\n2\n", (type_lines {"x = 2", "for i = 1, x do", "   print(i)", "end"}))
      end)

      it("ends well if all went well", function()
         assert.equal(0, select(2, type_lines {"x = 1", "x"}).code)
         assert.equal(1, select(2, type_lines {"x = (1"}).code)
      end)

      it("tells errors, and goes on, but ends with 1", function()
         local out, result = type_lines {"ctx.nod", "x = 1 +* 2", "nothing.field", "3"}
         assert.equal(1, result.code)
         local lines = {}
         for line in out:gmatch("[^\n]+") do
            table.insert(lines, line)
         end
         assert.equal("NonRecoverableError: ctx has no field 'nod' (did you mean 'node'?)",
            lines[1])
         assert.matches("unexpected symbol near '%*'", lines[2])
         assert.matches("attempt to index a nil value %(global 'nothing'%)", lines[3])
         assert.equal("3", lines[4])
      end)
   end)

   describe("on a terminal", function()
      local CTRL_C = "\\003"

      --- Type the second of each pair when the terminal shows the first, a pattern of grep for a
      --- line; what it has shown. Ctrl-C is typed again and again: it has no effect between the
      --- prompt and the read.
      local function type_when_shown(steps, environment)
         local terminal = world:write("terminal", "")
         local commands, again = {"tries=0"}, ":"
         for _, step in ipairs(steps) do
            table.insert(commands, ("until grep -q '%s' '%s' || [ $((tries += 1)) -gt 1500 ]; "
               .. "do sleep 0.02; %s; done; printf '%s'"):format(step[1], terminal, again, step[2]))
            again = step[2] == CTRL_C and "[ $((tries % 50)) != 0 ] || printf '\\003'" or ":"
         end
         -- exec: a shell between would die of the Ctrl-C that the terminal sends to both
         local result = world:sh(("(%s) | timeout 120 script -qefc \"exec env %s %s\" '%s'")
            :format(table.concat(commands, "; "), environment or "", world:command("shell"),
               terminal))
         return world:read(terminal), result
      end

      it("drops a statement that Ctrl-C interrupts, and goes on", function()
         local shown, result = type_when_shown {{"^> ", "dropped = (\\n"}, {"^>> ", CTRL_C},
            {"^>> .$", "print(40 + 2, dropped)\\n"}, {"^42.nil", "\\004"}}
         assert.equal(0, result.code, shown)
         assert.truthy(shown:find("42\tnil", 1, true), shown)
      end)

      it("has a prompt without libedit, too", function()
         world:write("libedit.so.2", "no library")
         local shown, result = type_when_shown({{"^> ", "dropped = (\\n"}, {"^>> ", CTRL_C},
            {"^> $", "print(40 + 2, dropped)\\n"}, {"^42.nil", "\\004"}},
            ("LD_LIBRARY_PATH='%s'"):format(world.folder))
         assert.equal(0, result.code, shown)
         assert.truthy(shown:find("42\tnil", 1, true), shown)
      end)
   end)

   describe("with an instance of a deployment", function()
      before_each(function()
         local result = world:cfy("install", world:blueprint {create = "note"}, "-d", "app")
         assert.equal(0, result.code, result.err)
      end)

      it("has its ctx, and saves what is changed", function()
         local out, result = type_lines({"ctx.node.properties.text",
            'ctx.instance.runtime_properties.by_hand = true'}, "app", "thing")
         assert.equal('"hello"\n', out)
         assert.equal(0, result.code, result.err)
         local instance = world:instances("app")[1]
         assert.same({text = "hello", by_hand = true}, instance.runtime_properties)
         assert.equal("started", instance.state)
         assert.equal(1, select(2, type_lines({"nothing.field"}, "app", "thing")).code)
      end)

      it("finds the modules of its plugin", function()
         assert.equal('"function"\n', (type_lines({'type(require("probe.tasks").note)'}, "app",
            "thing")))
      end)

      it("refuses an instance that there is not", function()
         local _, result = type_lines({}, "app", "thin")
         assert.equal(1, result.code)
         assert.matches("^cfy: there is no node instance 'thin'", result.err)
      end)

      it("wants the instance, too", function()
         local _, result = type_lines({}, "app")
         assert.equal(2, result.code)
         assert.matches("cfy node%-instances app", result.err)
      end)
   end)
end)

describe("the completion of the shell", function()
   local own = setmetatable({ctx = mocks.MockCloudifyContext {node_id = "a",
      properties = {port = 1, path = "x", ["not-a-name"] = 1}}}, {__index = _G})

   for word, expected in pairs {
      ["ct"] = {"ctx"},
      ["ctx.inst"] = {"ctx.instance"},
      ["ctx:get_resource"] = {"ctx:get_resource", "ctx:get_resource_and_render"},
      ["ctx.node.properties.p"] = {"ctx.node.properties.path", "ctx.node.properties.port"},
      ["ctx.node.properties."] = {"ctx.node.properties.path", "ctx.node.properties.port"},
      ["string.fo"] = {"string.format"},
      ["ctx.nothing.x"] = {},
      ["no.such"] = {},
      ["f().x"] = {},
   } do
      it("of " .. word, function()
         assert.same(expected, completion.candidates(own, word))
      end)
   end
end)
