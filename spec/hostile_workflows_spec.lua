--- What a workflow can do to the engine, in whose process it runs: nothing that a mistake would
--- (docs/isolation.md). How one is cancelled that does not end is in cancel_spec.lua.
local files = require("cloudify.files")
local local_tests = require("spec.support.local_tests")
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      test: {echo: probe.tasks.echo, fail: {implementation: probe.tasks.fail, max_retries: 0}}
node_templates: {app: {type: Thing}}
]]

local TASKS = [[
function tasks.echo(_, inputs) return inputs end
function tasks.fail() error(exceptions.NonRecoverableError("no")) end
]]

local FLOWS = [[
local function app(ctx)
   for instance in ctx:get_node("app").instances do return instance end
end
local function run(ctx, operation, options)
   return app(ctx):execute_operation("test." .. operation, options):get()
end
--- Let the failure of a task be handled by the function.
local function handle(ctx, handler)
   local graph = ctx:graph_mode()
   local task = app(ctx):execute_operation("test.fail")
   task.on_failure = handler
   graph:add_task(task)
   graph:execute()
end
]]

--- What it does; the body of the workflow; what its error says, a pattern (nil: it succeeds).
local cases = {
   {"takes more memory than it may", [[return #("x"):rep(3 << 29)]],
      "the workflow ran out of memory: it may use %d+ bytes"},
   {"takes it in a handler", [[handle(ctx, function() return ("x"):rep(3 << 29) end)]],
      "HandlerError `not enough memory`"},
   {"goes on without it", [[tell(pcall(string.rep, "x", 3 << 29))]]},
   {"raises 100 MB", [[error(("x"):rep(100 << 20), 0)]], "xxxx\n"},
   {"raises them as a cause", [[error(exceptions.NonRecoverableError("why",
      {causes = {{message = ("x"):rep(100 << 20)}}}))]], "why"},
   {"raises them in a handler", [[handle(ctx, function() error(("x"):rep(100 << 20), 0) end)]],
      "the whole error: "},
   {"logs and tells 100 MB",
      [[ctx.logger:info(("x"):rep(100 << 20)) ctx:send_event(("y"):rep(100 << 20)):get()]]},
   {"recurses", [[local function f() return 1 + f() end f()]], "stack overflow"},
   {"recurses in a handler", [[local function f() return 1 + f() end handle(ctx, f)]],
      "HandlerError `[^\n]*stack overflow`"},
   {"recurses through C", [[local function f(s) return s:gsub(".", f) end f("x")]],
      "C stack overflow"},
   {"recurses through coroutines", [[local function f() return coroutine.wrap(f)() end f()]], ""},

   {"ends the process", [[os.exit(0)]], "os.exit is not for workflows: it would end the engine"},
   {"ends it from a handler", [[handle(ctx, function() os.exit(0) end)]],
      "os.exit is not for workflows"},
   {"ends it from a local task", [[ctx:local_task(function() os.exit(0) end):get()]],
      "os.exit is not for workflows"},
   {"ends it from a finalizer", [[
      BOMB = setmetatable({}, {__gc = function() os.exit(7) end})
      setmetatable({}, getmetatable(BOMB))
      collectgarbage()]]},
   {"closes the output", [[io.stdout:close() io.stderr:close() io.stdin:close()]]},

   {"returns a table that contains itself", [[local t = {} t.t = t return t]],
      "the workflow's result.t: the table contains itself"},
   {"passes one to an operation", [[local t = {} t.t = t run(ctx, "echo", {kwargs = {t = t}})]],
      "kwargs.t.t: the table contains itself"},
   {"raises one", [[local t = {} t.t = t error(t)]], "table: 0x"},
   {"logs one", [[local t = {} t.t = t ctx.logger:info(t) ctx.logger:info("%s", t)]]},
   {"returns a table nested without end", [[local t = {} for _ = 1, 1e5 do t = {t} end return t]],
      "nested over 200 levels deep"},
   {"returns no UTF-8", [[return "\xff"]], "is not valid UTF%-8"},
   {"returns a NUL in a key", [[return {["a\0b"] = 1}]], "a key contains a NUL byte"},
   {"logs neither UTF-8 nor text", [[ctx.logger:info("\xff\0\27")]]},

   {"raises nil", [[error(nil)]], "cfy: nil, raised at "},
   {"raises a function", [[error(print)]], "function: "},
   {"raises ctx", [[error(ctx)]], "cloudify.workflow.ctx: "},
   {"raises what cannot be told",
      [[error(setmetatable({}, {__tostring = function() error("again") end}))]],
      "an error whose text cannot be told: a table"},
   {"raises an error in a finalizer", [[
      LEFT = setmetatable({}, {__gc = function() error("at the end") end})
      setmetatable({}, getmetatable(LEFT))
      collectgarbage()]]},
   {"raises an error in a __close", [[
      local _ <close> = setmetatable({}, {__close = function() error("closing") end})
      error("first")]], "closing"},
   {"uses its handles in a finalizer, at its end", [[
      LEFT = setmetatable({}, {__gc = function()
         ctx.logger:info("late")
         app(ctx):execute_operation("test.echo"):get()
      end})]]},
   {"yields to nobody", [[coroutine.yield(1)]], "the workflow has yielded by itself"},
   {"yields to nobody in a handler", [[handle(ctx, coroutine.yield)]],
      "attempt to yield from outside a coroutine"},
   {"waits in a coroutine of its own", [[
      local ok, err = coroutine.resume(coroutine.create(function() run(ctx, "echo") end))
      error(not ok and err)]], "a workflow can wait only in its own function"},
   {"closes its own coroutine", [[coroutine.close(coroutine.running())]],
      "cannot close a running coroutine"},
   {"has more tasks than there are", [[
      local graph = ctx:graph_mode()
      local task = ctx:local_task(function() end)
      graph:sequence():add(setmetatable({}, {
         __len = function() return 1 << 61 end, __index = function() return task end}))]]},
   {"answers with nonsense in a handler", [[handle(ctx, function() return {action = {}} end)]],
      "HandlerError"},

   {"removes Lua's functions", [[string, table, pcall, error, require = nil run(ctx, "echo")]]},
   {"removes all globals", [[
      local g = _G
      for name in pairs(g) do g[name] = nil end
      run(ctx, "echo")]]},
   {"breaks the table of globals", [[
      setmetatable(_G, {__index = error, __newindex = error})
      run(ctx, "echo")]]},
   {"replaces what logs use",
      [[string.format = function() return nil end ctx.logger:info("%d", 1)]]},
   {"forgets all modules", [[
      for name in pairs(package.loaded) do package.loaded[name] = nil end
      run(ctx, "echo")]]},
   {"calls the metamethods of a value", [[
      local class = getmetatable(app(ctx).runtime_properties)
      tell(type(class) == "table" and class.__gc(io.stdout))]]},
   {"gives methods the wrong object", [[
      local things = {ctx, app(ctx), app(ctx).node, ctx:graph_mode(), ctx.logger, ctx.deployment}
      for _, thing in ipairs(things) do
         for _, name in ipairs {"get_node", "get_state", "execute_operation", "info", "add_task"} do
            local ok, method = pcall(function() return thing[name] end)
            for _, other in ipairs(ok and {1, io.stdout, table.unpack(things)} or {}) do
               tell(other == thing or not pcall(method, other) or name == "info")
            end
         end
      end]]},
}
for _, name in ipairs {"debug.getregistry", "debug.getmetatable", "debug.setmetatable",
      "debug.setupvalue", "debug.upvaluejoin", "debug.setuservalue", "debug.sethook",
      "package.loadlib"} do
   table.insert(cases, {"calls " .. name, name .. "()", name .. " is not for workflows: "})
end

describe("the engine goes on after a workflow that", function()
   local deployment

   setup(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   teardown(function() deployment:remove() end)
   before_each(function() deployment:told() end)

   for _, case in ipairs(cases) do
      local name, body, message = table.unpack(case, 1, 3)
      it(name, function()
         local result = deployment:try(body)
         assert.equal(message and 1 or 0, result.code, result.err:sub(1, 2000))
         assert.truthy(result.err:find(message or ""), result.err:sub(1, 2000))
         deployment:told()
         assert.same({"table", "fine"}, deployment:run([[
            tell(type(string), run(ctx, "echo", {kwargs = {word = "fine"}}).word)]]))
      end)
   end
end)

describe("the error of a workflow that raises 100 MB", function()
   it("is stored by its beginning, with its length", function()
      local deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
      deployment:try([[error(("x"):rep(100 << 20), 0)]])
      local list = deployment.world:cfy("executions", "list", "--json").out
      assert.matches("xxx %.%.%. %(104857600 bytes in all%)", list)
      assert.is_true(#list < 2 << 20)
      deployment:remove()
   end)
end)

--- The same in the process of a spec, which is a program that embeds the engine.
describe("the program goes on after", function()
   local function execute(body, operation)
      local folder = local_tests.project()
      files.write(folder .. "/greeter/flows.lua", "local flows = {}\nfunction flows.run(ctx)\n"
         .. body .. "\nend\nreturn flows\n")
      files.write(folder .. "/greeter/tasks.lua", "local tasks = {}\nfunction tasks.create(ctx)\n"
         .. (operation or "") .. "\nend\nreturn tasks\n")
      local path = folder .. "/blueprint/blueprint.yaml"
      files.write(path, files.read(path) .. "workflows: {run: greeter.greeter.flows.run}\n")
      local local_env = local_tests.from(folder .. "/spec/flows_spec.lua", "local_env")
      local environment <close> = local_env{path}
      local ok, err = pcall(environment.execute, environment, operation and "install" or "run")
      return ok and "ok" or tostring(err)
   end

   for _, case in ipairs {
      {"a workflow that ends it", [[os.exit(0)]], "os.exit is not for workflows"},
      {"a workflow that takes its memory", [[return #("x"):rep(3 << 29)]], "ran out of memory"},
      {"a workflow that recurses", [[local function f() return 1 + f() end f()]],
         "stack overflow"},
      {"a workflow that yields", [[coroutine.yield()]], "has yielded by itself"},
   } do
      local name, body, message = table.unpack(case)
      it(name, function() assert.matches(message, execute(body)) end)
   end

   it("an operation that ends it", function()
      assert.matches("os.exit ends the process of the operation: that is the spec's, here",
         execute("", "os.exit(0)"))
      assert.matches("^function: builtin", (tostring(os.exit):gsub("0x%x+", "builtin")))
   end)

   it("an operation whose os.exit is a stub's", function()
      local exit = stub(os, "exit")
      local result = execute("", "os.exit(7)")
      local called = #exit.calls
      exit:revert()
      assert.same({"ok", 1}, {result, called})
   end)
end)
