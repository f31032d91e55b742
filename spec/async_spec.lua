--- Operations that are declared async share a worker and wait through cloudify.aio.
local cfy = require("spec.support.cfy")

local TASKS = [[
local aio = require("cloudify.aio")
local exceptions = require("cloudify.exceptions")
local operation = require("cloudify.decorators").operation
local utils = require("cloudify.utils")
local async = operation{async = true}
local tasks = {}

local function path(ctx, name) return ctx.node.properties.folder .. "/" .. name end
local function note(ctx, name, text)
   local file <close> = assert(io.open(path(ctx, name), "a"))
   file:write(text, "\n")
end
local function exists(ctx, name)
   local file <close> = io.open(path(ctx, name))
   return file ~= nil
end
--- Waits until the file `name` is there.
local function wait_for(ctx, name)
   while not exists(ctx, name) do aio.sleep(0.01) end
end

--- Ends only when as many as there are instances have begun: they must run side by side.
tasks.meet = async(function(ctx)
   note(ctx, "begun", "x")
   local file
   repeat
      aio.sleep(0.01)
      file = assert(io.open(path(ctx, "begun")))
      local text = file:read("a")
      file:close()
   until #text >= 2 * ctx.node.properties.many
   ctx.instance.runtime_properties.pid = aio.run{command = "echo $PPID"}.stdout
end)
tasks.wait = async(function(ctx)
   note(ctx, "begun", ctx.node.name)
   wait_for(ctx, "go")
   note(ctx, "ended", ctx.node.name)
end)
tasks.ordinary = operation(function(ctx)
   note(ctx, "begun", "ordinary")
   ctx.instance.runtime_properties.ran = true
end)
tasks.run = async(function(ctx)
   local result = aio.run{command = "cat; echo err >&2; exit 3", input = ("x"):rep(200000)}
   assert(result.code == 3 and result.stdout == ("x"):rep(200000) and result.stderr == "err\n")
   local ok, err = utils.try(aio.run, {command = "sleep 60", timeout = 0.05})
   assert(not ok and exceptions.is(err, exceptions.TimeoutException), tostring(err))
   assert(not pcall(aio.run, {command = "/no/such/program", args = {}}))
end)
tasks.request = async(function(ctx)
   local ok, err = pcall(aio.request, {url = "http://127.0.0.1:1/"})
   assert(not ok and tostring(err):find("127.0.0.1:1", 1, true), tostring(err))
end)
tasks.set_url = operation(function(ctx)
   local file <close> = assert(io.open(path(ctx, "port")))
   ctx.instance.runtime_properties.url = "http://127.0.0.1:" .. file:read("a") .. "/"
end)
tasks.print = async(function(ctx)
   print("before from " .. ctx.node.name)
   aio.sleep(0.02)
   os.execute("echo after from " .. ctx.node.name)
end)
tasks.sort = async(function()
   table.sort({3, 2, 1}, function(a, b) aio.sleep(0.001); return a < b end)
end)
tasks.gsub = async(function() ("abc"):gsub("b", function() aio.sleep(0.001) end) end)
tasks.tostring = async(function()
   return tostring(setmetatable({}, {__tostring = function() aio.sleep(0) return "x" end}))
end)
tasks.inner = async(function() coroutine.wrap(function() aio.sleep(0.001) end)() end)
tasks.sort_ordinary = operation(function()
   table.sort({3, 2, 1}, function(a, b) aio.sleep(0.001); return a < b end)
end)
tasks.hang = async(function(ctx)
   local _ <close> = setmetatable({}, {__close = function() note(ctx, "closed", ctx.node.name) end})
   note(ctx, "begun", ctx.node.name)
   aio.run{command = "echo $$ > " .. path(ctx, "child") .. "; exec sleep 600"}
   note(ctx, "ended", ctx.node.name)
end)
tasks.block = async(function(ctx)
   if ctx.node.name == "blocker" then
      while true do end
   end
   note(ctx, "begun", ctx.node.name)
   wait_for(ctx, "go")
end)
tasks.until_begun = operation(function(ctx) wait_for(ctx, "begun") end)
tasks.fail = async(function(ctx)
   local _ <close> = setmetatable({}, {__close = function() note(ctx, "closed", "x") end})
   aio.sleep(0.001)
   error(exceptions.NonRecoverableError("broken after waiting"))
end)
tasks.update = async(function(ctx)
   for i = 1, 5 do
      aio.sleep(0.001)
      ctx.instance.runtime_properties.count = i
      ctx.instance:update()
   end
   return ctx.instance.id
end)
tasks.current = async(function(ctx)
   local cloudify = require("cloudify")
   for _ = 1, 10 do
      assert(cloudify.ctx.instance.id == ctx.instance.id)
      aio.sleep(0.002)
   end
end)
return tasks
]]

--- A web server on a free port, which is then in the file `port`.
local SERVER = [[
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("port.new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename("port.new", "port")
server.serve_forever()
]]

describe("an async operation", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/p/p/tasks.lua", TASKS)
   end)

   after_each(function() world:remove() end)

   --- A blueprint; `nodes`: name -> {operation, instances?, settings?, after?}.
   local function blueprint(nodes)
      local lines, many = {}, 0
      for name, node in pairs(nodes) do
         many = many + (node.instances or 1)
         table.insert(lines, ([[
  %s:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: {implementation: p.p.tasks.%s%s}}}
    capabilities: {scalable: {properties: {default_instances: %d}}}
    relationships: [%s]
]]):format(name, node[1], node.settings and ", " .. node.settings or "", node.instances or 1,
            node.after and "{type: cloudify.relationships.depends_on, target: " .. node.after .. "}"
            or ""))
      end
      return world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
plugins: {p: {executor: central_deployment_agent, source: p}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {default: %s}, many: {default: %d}}
node_templates:
%s]]):format(world.folder, many, table.concat(lines)))
   end

   local function install(nodes, ...)
      return world:sh("timeout -s KILL 60 env "
         .. world:command("install", blueprint(nodes), "-d", "app", ...))
   end

   local function count(name)
      return select(2, world:so_far(name):gsub("\n", ""))
   end

   it("shares its worker with others", function()
      local result = install({thing = {"meet", instances = 50}}, "-j", "1")
      assert.equal(0, result.code, result.err)
      local pids, number = {}, 0
      local properties = world:cfy("node-instances", "app", "--json").out
      for pid in properties:gmatch('"pid": ?"(%d+)') do
         number = number + (pids[pid] and 0 or 1)
         pids[pid] = true
      end
      assert.equal(1, number, properties)
   end)

   it("runs commands", function()
      local result = install {thing = {"run"}}
      assert.equal(0, result.code, result.err)
   end)

   it("sends requests", function()
      local result = install {thing = {"request"}}
      assert.equal(0, result.code, result.err)
   end)

   it("can be what docs/operations.md shows", function()
      local text = world:read("docs/operations.md"):match("```lua\n(.-)```")
      world:write("app/plugins/p/p/example.lua", text)
      world:write("server.py", SERVER)
      world:sh(("cd %s && python3 server.py & echo $! >%s"):format(world.folder, world:path("pid")))
      assert.is_true(cfy.eventually(function() return world:so_far("port") ~= "" end))
      local file = world:read(blueprint {thing = {"set_url"}}):gsub("create: {implementation.-}",
         "%0, start: p.p.example.wait_until_up")
      world:write("app/blueprint.yaml", file)
      local result = world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app")
      os.execute("kill " .. world:so_far("pid"))
      assert.equal(0, result.code, result.err)
   end)

   it("sees its own ctx as the current one", function()
      local result = install({thing = {"current", instances = 10}}, "-j", "1")
      assert.equal(0, result.code, result.err)
   end)

   it("saves runtime properties meanwhile", function()
      local result = install({thing = {"update", instances = 20}}, "-j", "1")
      assert.equal(0, result.code, result.err)
      local _, number = world:cfy("node-instances", "app", "--json").out:gsub('"count": ?5', "")
      assert.equal(20, number)
   end)

   it("prints into its own log", function()
      local result = install({one = {"print"}, two = {"print", instances = 3}}, "-j", "1")
      assert.equal(0, result.code, result.err)
      local events = world:cfy("events", "app").out
      for _, node in ipairs {"one", "two"} do
         for _, text in ipairs {"before", "after"} do
            local line = ("%s_%%w+%%.create[^\n]*%s from %s"):format(node, text, node)
            assert.truthy(events:find(line), events)
         end
      end
      assert.is_nil(events:find("one_%w+%.create[^\n]*from two"), events)
   end)

   it("that fails after waiting has its error and closes its variables", function()
      local result = install {thing = {"fail"}}
      assert.equal(1, result.code)
      assert.truthy(result.err:find("broken after waiting", 1, true), result.err)
      assert.equal(1, count("closed"))
   end)

   for name, place in pairs {
      sort = "table.sort", gsub = "string.gsub", tostring = "tostring",
      inner = "a coroutine of the operation's own",
   } do
      it("cannot wait inside " .. place, function()
         local result = install {thing = {name}}
         assert.equal(1, result.code)
         local text = "aio.sleep cannot wait inside " .. place
         assert.truthy(result.err:find(text, 1, true), result.err)
         assert.truthy(result.err:find("tasks.lua:%d+: aio.sleep"), result.err)
      end)
   end

   it("is no matter for an ordinary one, which waits in place", function()
      local result = install {thing = {"sort_ordinary"}}
      assert.equal(0, result.code, result.err)
   end)

   it("leaves the other workers to ordinary ones", function()
      local log = world:path("log")
      world:sh(world:command("install", blueprint {slow = {"wait", instances = 5},
         plain = {"ordinary", instances = 3}}, "-d", "app", "-j", "2") .. " >" .. log .. " 2>&1 &")
      assert.is_true(cfy.eventually(function()
         local _, ordinary = world:so_far("begun"):gsub("ordinary", "")
         return ordinary == 3
      end), world:so_far("log"))
      world:write("go", "")
      assert.is_true(cfy.eventually(function() return count("ended") == 5 end))
      assert.is_true(cfy.eventually(function()
         return world:so_far("log"):find("succeeded", 1, true)
      end))
   end)

   describe("that is ended by its timeout", function()
      it("is closed with its children; its neighbours go on", function()
         local log = world:path("log")
         world:sh(world:command("install", blueprint {
            first = {"wait", instances = 3},
            hang = {"hang", settings = "timeout: 1", after = "early"}, early = {"ordinary"},
         }, "-d", "app", "-j", "1") .. " >" .. log .. " 2>&1 &")
         assert.is_true(cfy.eventually(function()
            return world:so_far("log"):find("longer than its timeout of 1 second", 1, true)
         end), world:so_far("log"))
         assert.equal("hang\n", world:so_far("closed"))
         local pid = world:so_far("child"):match("%d+")
         assert.is_true(cfy.eventually(function() return not cfy.is_alive(pid) end))
         assert.equal("", world:so_far("ended"))
         world:write("go", "")
         assert.is_true(cfy.eventually(function() return count("ended") == 3 end))
      end)
   end)

   describe("that blocks its worker", function()
      it("is named in a warning, and ended with the worker and its neighbours", function()
         local result = install({
            victim = {"block"}, early = {"until_begun"},
            blocker = {"block", settings = "timeout: 6", after = "early"},
         }, "-j", "2")
         assert.equal(1, result.code)
         local events = world:cfy("events", "app").out
         local operation = "operation '[%w.]+' of node instance "
         for _, line in ipairs {
            "blocker_%w+%.create[^\n]*WARNING: this async operation has kept its worker to itself",
            operation .. "'blocker_%w+' was ended: it took longer than its timeout of 6 seconds",
            operation .. "'victim_%w+' was interrupted",
         } do
            assert.truthy(events:find(line), events)
         end
      end)
   end)
end)
