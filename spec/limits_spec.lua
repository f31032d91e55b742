--- What operations may use, and what they inherit (docs/operations.md).
local cfy = require("spec.support.cfy")

local SANITIZED = os.getenv("CFY_BUILD"):find("sanitize", 1, true)

local TASKS = [[
local tasks = {}

local hoard = {}

--- Take `megabytes` of memory; with `keep`, for as long as the Lua state lives.
local function take(megabytes, keep)
   local list = keep and hoard or {}
   for i = 1, megabytes do
      list[#list + 1] = string.rep(string.char(i % 256), 1 << 20)
   end
   return #list
end

function tasks.modest(ctx) return take(1) end
function tasks.greedy(ctx) return take(64) end
function tasks.hoarder(ctx) return take(64, true) end
function tasks.careful(ctx)
   local ok, err = pcall(take, 64)
   ctx.instance.runtime_properties.refused = not ok and tostring(err)
end
function tasks.parent(ctx)
   assert(os.execute("head -c 100000000 /dev/zero | tail -c 90000000 | wc -c >\"$MARKER\""))
end
function tasks.limits(ctx)
   local pipe = assert(io.popen("ulimit -v"))
   ctx.instance.runtime_properties.child = pipe:read("l")
   pipe:close()
   for line in io.lines("/proc/self/limits") do
      ctx.instance.runtime_properties.own = ctx.instance.runtime_properties.own
         or line:match("^Max address space%s+(%d+)")
   end
end
function tasks.environment(ctx)
   local pipe = assert(io.popen("env"))
   ctx.instance.runtime_properties.environment = pipe:read("a")
   pipe:close()
end
function tasks.descriptors(ctx)
   local pipe = assert(io.popen("ls -l /proc/self/fd"))
   ctx.instance.runtime_properties.descriptors = pipe:read("a")
   pipe:close()
end
function tasks.compute(ctx)
   local start = os.clock()
   while os.clock() - start < 0.2 do end
   assert(os.execute("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"))
end
tasks.compute_async = require("cloudify.decorators").operation{async = true}(function(ctx)
   local aio = require("cloudify.aio")
   aio.sleep(0.01)
   tasks.compute(ctx)
   aio.run{command = "sh", args = {"-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"}}
end)
function tasks.touch(ctx)
   local file = assert(io.open(ctx.node.properties.folder .. "/touched", "w"))
   file:close()
end
return tasks
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {eater: {executor: central_deployment_agent, source: eater}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.lifecycle: {%s}
node_templates: {thing: {type: Thing, properties: {folder: %s}}}
]]

describe("operations", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/eater/eater/tasks.lua", TASKS)
   end)
   after_each(function() world:remove() end)

   --- Install a node with these operations; `prefix` goes before the command.
   local function install(operations, options, prefix)
      world:write("app/blueprint.yaml", BLUEPRINT:format(operations, world.folder))
      return world:sh((prefix or "") .. world:command(
         "install", world:path("app/blueprint.yaml"), "-d", "app", "--task-retries", "0",
         table.unpack(options or {})))
   end

   local function runtime_property(name)
      local run = world:cfy("node-instances", "app", "--json")
      local instances = require("cloudify").json.decode(run.out)
      return instances[1].runtime_properties[name]
   end

   describe("with --worker-memory", function()
      it("have what they need below it", function()
         local run = install("create: eater.eater.tasks.modest", {"--worker-memory", "32M"})
         assert.equal(0, run.code, run.err)
      end)

      it("fail above it, and say why", function()
         local run = install("create: eater.eater.tasks.greedy",
                             {"--worker-memory", "32M", "--wait-after-fail", "0"})
         assert.equal(1, run.code)
         assert.truthy(run.err:find("out of memory: the plugins in a worker may use 33554432 "
            .. "bytes together (--worker-memory)", 1, true), run.err)
      end)

      it("may go on after a refusal", function()
         local run = install("create: eater.eater.tasks.careful", {"--worker-memory", "32M"})
         assert.equal(0, run.code, run.err)
         assert.equal("not enough memory", runtime_property("refused"))
      end)

      it("do not suffer from what an earlier one keeps", function()
         install("create: eater.eater.tasks.hoarder, delete: eater.eater.tasks.modest",
                 {"--worker-memory", "32M", "--wait-after-fail", "0"})
         local run = world:cfy("uninstall", "app", "--worker-memory", "32M", "-j", "1")
         assert.equal(0, run.code, run.err)
      end)

      it("start children without it", function()
         local run = install("create: eater.eater.tasks.parent", {"--worker-memory", "32M"},
                             ("MARKER='%s' "):format(world:path("marker")))
         assert.equal(0, run.code, run.err)
         assert.equal("90000000\n", world:so_far("marker"))
      end)
   end)

   it("refuse a --worker-memory that nothing could run with", function()
      for _, size in ipairs{"0", "-1", "1M", "12X", "9999999999999G", "G", ""} do
         local run = install("create: eater.eater.tasks.modest", {"--worker-memory", size})
         assert.equal(2, run.code, size)
         assert.truthy(run.err:find("option '--worker-memory': '" .. size .. "' is not", 1, true))
      end
   end)

   -- A sanitizer maps terabytes.
   if not SANITIZED then
      it("have the address space of --worker-address-space, their children all of it", function()
         local run = install("create: eater.eater.tasks.limits",
                             {"--worker-address-space", "300M"}, "ulimit -S -v 5000000; ")
         assert.equal(0, run.code, run.err)
         assert.equal(tostring(300 << 20), runtime_property("own"))
         assert.equal("5000000", runtime_property("child"))
      end)
   end

   --- The environment that an operation sees, with some variables set for cfy.
   local function environment(...)
      local run = install("create: eater.eater.tasks.environment", {...},
                          "export CFY_MINE=1 OTHER=2 LC_TIME=C CFY_EXEC_TEMP=/tmp; ")
      assert.equal(0, run.code, run.err)
      local found = {}
      for name, value in runtime_property("environment"):gmatch("([%w_]+)=([^\n]*)") do
         found[name] = value
      end
      return found
   end

   it("inherit the caller's environment without what is the runtime's own", function()
      local found = environment()
      assert.equal("2", found.OTHER)
      assert.equal(os.getenv("PATH"), found.PATH)
      assert.equal("/tmp", found.CFY_EXEC_TEMP)
      assert.is_nil(found.CFY_MINE)
      assert.is_nil(found.CFY_STORE)
   end)

   it("get little of it with --clean-env", function()
      local found = environment("--clean-env")
      assert.equal(os.getenv("PATH"), found.PATH)
      assert.equal("C", found.LC_TIME)
      assert.is_nil(found.OTHER)
      assert.is_nil(found.CFY_EXEC_TEMP)
   end)

   it("get what --pass-env names in any case", function()
      assert.equal("1", environment("--pass-env", "CFY_MINE").CFY_MINE)
      world:cfy("uninstall", "app")
      local found = environment("--clean-env", "--pass-env", "OTHER", "--pass-env", "CFY_MINE")
      assert.equal("2", found.OTHER)
      assert.equal("1", found.CFY_MINE)
   end)

   it("keep their bounds when the execution is resumed", function()
      install("create: eater.eater.tasks.greedy, start: eater.eater.tasks.environment",
              {"--worker-memory", "32M", "--wait-after-fail", "0", "--clean-env"},
              "export OTHER=2; ")
      local executions = world:cfy("executions", "list", "app", "--json").out
      local id = require("cloudify").json.decode(executions)[1].id
      local run = world:cfy("executions", "resume", id)
      assert.truthy(run.err:find("bytes together (--worker-memory)", 1, true), run.err)
   end)

   it("show the processor time that they and their children took", function()
      local run = install("create: eater.eater.tasks.compute, "
         .. "start: eater.eater.tasks.compute_async", {})
      assert.equal(0, run.code, run.err)
      local json = require("cloudify").json
      local id = json.decode(world:cfy("executions", "list", "app", "--json").out)[1].id
      local graphs = json.decode(world:cfy("executions", "graph", id, "--json").out)
      local times, total = {}, 0
      for _, task in ipairs(graphs[1].tasks) do
         local seconds = task.cpu_seconds or 0
         times[task.name], total = seconds, total + seconds
      end
      local create = times["cloudify.interfaces.lifecycle.create"]
      local start = times["cloudify.interfaces.lifecycle.start"]
      assert.is_true(create > 0.2 and create < 10, "create: " .. create)
      assert.is_true(start > create, "start: " .. start)
      local text = world:cfy("executions", "graph", id).out
      assert.truthy(text:find(("graph 'install'  %.3f s CPU\n"):format(total), 1, true), text)
      assert.truthy(text:find(("lifecycle.create  %.3f s CPU\n"):format(create), 1, true), text)
   end)

   it("inherit no descriptor", function()
      local run = install("create: eater.eater.tasks.descriptors", {},
                          "exec 7</dev/null 8</etc/passwd; ")
      assert.equal(0, run.code, run.err)
      local found = {}
      for number, target in runtime_property("descriptors"):gmatch("(%d+) %-> ([^\n]+)") do
         if not target:find("^/proc/%d+/fd$") then
            found[#found + 1] = number
         end
      end
      assert.same({"0", "1", "2"}, found)
   end)

   it("have the caller's umask, while the store stays private", function()
      local run = install("create: eater.eater.tasks.touch", {}, "umask 002; ")
      assert.equal(0, run.code, run.err)
      local function mode(path)
         return world:sh("stat -c %a '" .. path .. "'").out:match("%d+")
      end
      assert.equal("664", mode(world:path("touched")))
      assert.equal("700", mode(world.store))
      local open = world:sh("find '" .. world.store .. "' -perm /077 ! -type l")
      assert.equal("", open.out)
   end)
end)
