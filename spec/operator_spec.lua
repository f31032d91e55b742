--- What an operator reads when many things, or unusual ones, go wrong: short, and what to do next.
local cfy = require("spec.support.cfy")

local json = require("cloudify").json

local MANY = 40 -- errors, whose text is longer than that of one error of the library

local function contains(part, text)
   assert.truthy(text:find(part, 1, true), text)
end

local function lines_of(text)
   local lines = {}
   for line in text:gmatch("[^\n]+") do
      table.insert(lines, line)
   end
   return lines
end

describe("an install of which many operations fail", function()
   local world, installed, id

   setup(function()
      world = cfy.world()
      local path = world:blueprint({start = "broken"})
      local text = world:read(path):gsub("type: probe.Thing\n", function(line)
         return line .. "    capabilities: {scalable: {properties: {default_instances: "
            .. MANY .. "}}}\n"
      end)
      world:write("app/plugins/probe/probe/tasks.lua", [[
local operation = require("cloudify.decorators").operation
return {broken = operation(function() error("out of order: \u{00e4}\u{00f6}\u{00fc}", 0) end)}
]])
      installed = world:cfy("install", world:write("app/blueprint.yaml", text), "-d", "app",
         "--task-retries", "0")
      id = json.decode(world:cfy("executions", "list", "--json").out)[1].id
   end)
   teardown(function() world:remove() end)

   it("ends with the whole lines that there is room for, and tells where others are", function()
      assert.equal(1, installed.code)
      local lines = lines_of(installed.err)
      assert.equal(("cfy: %d operation errors:"):format(MANY), lines[1])
      local cut
      for i, line in ipairs(lines) do
         cut = cut or (line == "     ..." and i)
      end
      assert.truthy(cut, installed.err)
      assert.matches("^     probe.tasks.broken .*`$", lines[cut - 1])
      assert.equal(("cfy: the whole error: 'cfy executions get %s'"):format(id), lines[cut + 1])
      assert.equal(("cfy: to go on from there: 'cfy executions resume %s'"):format(id),
         lines[cut + 2])
   end)

   it("takes one line of the table of executions", function()
      local list = world:cfy("executions", "list").out
      local lines = lines_of(list)
      assert.equal(7, #lines, list)
      contains(("| %d operation errors: ..."):format(MANY), lines[4])
      assert.equal("1 execution", lines[6])
      contains("'cfy executions get ID' shows the whole error.", list)
   end)

   it("is whole in the record of the execution, beside its name", function()
      local lines = lines_of(world:cfy("executions", "get", id).out)
      local count = 0
      for _, line in ipairs(lines) do
         count = count + (line:find("^                probe.tasks.broken ") and 1 or 0)
         assert.truthy(line:find("^[%w_]+:") or line:find("^                "), line)
      end
      assert.equal(MANY, count)
   end)
end)

describe("a failed operation with a long error", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("takes one line of the table of executions, and not a long one", function()
      local path = world:blueprint({start = "broken"})
      world:write("app/plugins/probe/probe/tasks.lua", [[
local operation = require("cloudify.decorators").operation
return {broken = operation(function() error(("\u{00e4}"):rep(200), 0) end)}
]])
      world:cfy("install", path, "-d", "app", "--task-retries", "0")
      local lines = lines_of(world:cfy("executions", "list").out)
      assert.equal(7, #lines)
      assert.matches("%.%.%. |$", lines[4])
      assert.truthy(utf8.len(lines[4]))
      assert.truthy(utf8.len(lines[4]) < 260, lines[4])
   end)

   it("is resumed to what the workflow is about", function()
      local path = world:blueprint({start = "broken"})
      world:write("app/plugins/probe/probe/tasks.lua", ([[
local operation = require("cloudify.decorators").operation
return {broken = operation(function() assert(io.open(%q), "not yet"):close() end)}
]]):format(world:path("let_go")))
      world:cfy("install", path, "-d", "app", "--task-retries", "0")
      local id = json.decode(world:cfy("executions", "list", "--json").out)[1].id
      world:write("let_go", "")
      local resumed = world:cfy("executions", "resume", id)
      assert.equal(0, resumed.code, resumed.err)
      contains("Deployment 'app' is installed.\n", resumed.out)
   end)

   it("names each folder once where a plugin was looked for", function()
      local path = world:blueprint({start = "start"})
      os.execute("rm -r '" .. world:path("app/plugins") .. "'")
      local result = world:cfy("install", path, "-d", "app", "--task-retries", "0")
      local seen = {}
      for folder in result.err:match("there is no 'probe/tasks.lua' in ([^\n`]*)")
            :gmatch("'([^']+)'") do
         assert.is_nil(seen[folder], folder)
         seen[folder] = true
      end
      assert.truthy(next(seen))
   end)
end)

describe("an execution that is not there", function()
   it("is answered with where to look", function()
      local world = cfy.world()
      world:cfy("deployments", "create", world:blueprint {}, "-d", "app")
      for _, command in ipairs {{"executions", "get"}, {"executions", "cancel"},
            {"executions", "resume"}, {"executions", "graph"}, {"events"}} do
         table.insert(command, "none")
         local result = world:cfy(table.unpack(command))
         assert.equal(1, result.code)
         contains("'cfy executions list'", result.err)
      end
      world:remove()
   end)
end)

describe("the set-up of who is neither root nor may use sudo", function()
   it("installs nothing, and tells what root has to do", function()
      local world = cfy.world()
      for name, script in pairs {id = "echo 1000", ["dpkg-query"] = "exit 1",
            ["apt-get"] = "echo called >" .. world:path("called")} do
         os.execute("chmod +x " .. world:write("bin/" .. name, "#!/bin/sh\n" .. script .. "\n"))
      end
      local result = world:sh("PATH=" .. world:path("bin") .. " /bin/sh tools/setup")
      assert.equal(1, result.code)
      assert.equal("", result.out)
      contains("there is no sudo", result.err)
      contains("\n  apt-get update && apt-get install --no-install-recommends gcc make ",
         result.err)
      assert.equal("", world:so_far("called"))
      world:remove()
   end)
end)

describe("several errors of a blueprint, or of its inputs", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   for _, case in ipairs {
      {"a blueprint", "[unknown: 1, other: 2]", "(and 1 more error: 'cfy validate' shows it)"},
      {"inputs", "{a: {}, b: {}, c: {}}",
         "(and 2 more errors: 'cfy validate' with inputs (-i) shows them)"},
   } do
      local name, inputs, hint = table.unpack(case)
      it(("are counted by install, which tells what shows all: %s"):format(name), function()
         local text = "tosca_definitions_version: cloudify_dsl_1_4\n"
            .. (name == "inputs" and "inputs: " .. inputs or "unknown: 1\nother: 2")
            .. "\nnode_types: {T: {}}\nnode_templates: {one: {type: T}}\n"
         local result = world:cfy("install", world:write("app/b.yaml", text))
         assert.equal(1, result.code)
         contains(hint, result.err)
      end)
   end
end)

describe("what is asked of a store that is not there", function()
   it("is answered with how to name another one", function()
      local world = cfy.world()
      local result = world:cfy("node-instances", "app")
      assert.equal(("cfy: no deployment 'app': there is no store at '%s': name another one with "
         .. "--store or $CFY_STORE; the first install makes one\n"):format(world.store), result.err)
      world:remove()
   end)
end)

describe("a deployment whose id is misspelt", function()
   local world

   setup(function()
      world = cfy.world()
      world:cfy("deployments", "create", world:blueprint {}, "-d", "website")
   end)
   teardown(function() world:remove() end)

   for _, command in ipairs {"uninstall", "outputs", "capabilities", "node-instances", "events",
      "deployments get", "deployments delete", "executions list", "executions list -d",
      "executions start install -d"} do
      it(("is answered by 'cfy %s' with the nearest one"):format(command), function()
         local result = world:sh(world:command() .. " " .. command .. " webiste")
         assert.equal(1, result.code)
         assert.matches("^cfy: no deployment.* 'webiste', did you mean .*'website'%?", result.err)
      end)
   end
end)

describe("the executions of all deployments", function()
   it("are listed in the order of time", function()
      local world = cfy.world()
      local blueprint = world:blueprint {}
      for _, id in ipairs {"b", "a"} do
         world:cfy("install", blueprint, "-d", id)
      end
      world:cfy("uninstall", "b")
      local found = {}
      for _, one in ipairs(json.decode(world:cfy("executions", "list", "--json").out)) do
         table.insert(found, one.workflow_id .. " " .. one.deployment_id)
      end
      assert.same({"install b", "install a", "uninstall b"}, found)
      world:remove()
   end)
end)
