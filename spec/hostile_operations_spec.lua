--- What an operation can do to others: nothing (docs/isolation.md). What it may use is in
--- limits_spec.lua, how long it may take in timeout_spec.lua, how its errors are told in
--- errors_spec.lua.
local cfy = require("spec.support.cfy")

local SANITIZED = os.getenv("CFY_BUILD"):find("sanitize", 1, true)

-- The hostile plugin. Its other operations run later, in the same worker.
local TASKS = [[
local tasks = {}
function tasks.attack(ctx)
   %s
end
function tasks.later(ctx)
   local told = not LATER and "" or LATER(ctx)
   ctx.instance.runtime_properties.later = ("%%.1f %%s %%s"):format(1.5, os.setlocale(), told)
end
return tasks
]]

-- Another plugin, in the same worker.
local GOOD = [[
local tasks = {}
function tasks.greet(ctx)
   local properties = ctx.instance.runtime_properties
   assert(io.stdout:write("hello\n"))
   properties.good = ("%s %.1f %s"):format(properties.good or "", 1.5, os.setlocale())
end
return tasks
]]

-- A module in C: what Lua alone cannot do.
local MODULE = [[
#include <lauxlib.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static int block(lua_State *L)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (;;)
        sleep(1);
    return luaL_error(L, "unreachable");
}
static int close_all(lua_State *L)
{
    for (int i = 3; i < 64; i++)
        close(i);
    return lua_gettop(L);
}
static int write_all(lua_State *L)
{
    for (int i = 3; i < 10; i++)
        if (write(i, "hello\n", 6) < 0)
            lua_pushnil(L);
    return 0;
}
/* Has all that the worker has, and does not end with it. */
static int fork_child(lua_State *L)
{
    pid_t child = fork();
    if (child == 0) {
        sleep(5);
        _exit(0);
    }
    lua_pushinteger(L, child);
    return 1;
}
static int abort_process(lua_State *L)
{
    abort();
    return lua_gettop(L);
}
int luaopen_bad_native(lua_State *L);
int luaopen_bad_native(lua_State *L)
{
    static const luaL_Reg functions[] = {{"block", block}, {"close", close_all},
        {"write", write_all}, {"fork", fork_child}, {"abort", abort_process}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  bad: {executor: central_deployment_agent, source: bad}
  good: {executor: central_deployment_agent, source: good}
node_templates:
  hostile:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: {implementation: bad.bad.tasks.attack%s}}}
  fellow:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {start: bad.bad.tasks.later}}
  good:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: good.good.tasks.greet,
                                                 start: good.good.tasks.greet}}
]]

local LOOPS = {settings = ", timeout: 0.3"}
local BREAKS = {skipped = SANITIZED} -- sanitizers report such an end of a worker
local DIED = "was interrupted: worker %d+ "

--- What it does; its code; what its error says, a pattern (nil: it succeeds); options.
local cases = {
   {"takes memory for ever", [[local t = {} while true do t[#t + 1] = ("x"):rep(1 << 20) end]],
      "out of memory: the plugins in a worker may use 33554432 bytes", {"--worker-memory", "32M"}},
   {"takes more than there is at once", [[return ("x"):rep(1 << 45)]], "string too large"},

   {"leaves a child that outlives it",
      [[os.execute("sleep 5 >/dev/null 2>&1 & echo $!")]]},
   {"never closes its pipe", [[PIPE = io.popen("sleep 5")]]},
   {"kills its worker through a child", [[os.execute("kill -9 $PPID")]],
      DIED .. "killed by signal 9"},
   {"ends its process", [[os.exit(0)]], DIED .. "exited with code 0"},
   {"ends its process from a coroutine", [[coroutine.wrap(function() os.exit(true, true) end)()]],
      DIED .. "exited with code 0"},
   {"ends its process from a finalizer",
      [[setmetatable({}, {__gc = function() os.exit(4) end}) collectgarbage()]],
      DIED .. "exited with code 4"},
   {"ends its process when its state is closed", [[
         BOMB = setmetatable({}, {__gc = function() os.exit(5) end})
         string.format = nil]], DIED .. "exited with code 5"},

   {"closes its output", [[io.stdout:close() io.stderr:close() io.stdin:close()]]},
   {"lets a child close what it has", [[os.execute("exec <&- >&- 2>&- 3>&- 4>&- 5>&-")]]},
   {"writes to the worker's descriptors", [[
         for number = 0, 5 do
            for _, folder in ipairs {"/dev/fd/", "/proc/self/fd/"} do
               local file = io.open(folder .. number, "w")
               if file then file:write("garbage\n") file:close() end
            end
         end]]},
   {"writes to the pipes of the worker's loop", [[
         for number = 6, 20 do
            local file = io.open("/dev/fd/" .. number, "w")
            if file then file:write(("garbage\n"):rep(100)) file:close() end
         end]], DIED, BREAKS},

   {"recurses", [[local function f() return 1 + f() end f()]], "stack overflow"},
   {"recurses through C", [[local function f(s) return s:gsub(".", f) end f("x")]],
      "C stack overflow"},
   {"recurses through a metamethod", [[
         local t = setmetatable({}, {})
         getmetatable(t).__index = function(_, key) return t[key] end
         return t.x]], "C stack overflow"},
   {"recurses through pcall", [[local function f() return pcall(f) end f()]]},
   {"returns a table nested without end", [[local t = {} for _ = 1, 1e5 do t = {t} end return t]],
      "nested over 200 levels deep"},
   {"nests a runtime property without end", [[
         local part = ctx.instance.runtime_properties
         for _ = 1, 1e5 do part.deeper = {} part = part.deeper end]],
      "nested over 200 levels deep"},

   {"returns a table that contains itself", [[local t = {} t.t = t return t]],
      "return value.t: the table contains itself"},
   {"stores a table that contains itself",
      [[local t = {} t.t = t ctx.instance.runtime_properties.t = t]], "the table contains itself"},
   {"raises a table that contains itself", [[local t = {} t.t = t error(t)]], "table: 0x"},
   {"logs a table that contains itself",
      [[local t = {} t.t = t ctx.logger:info(t) ctx.logger:info("%s", t)]]},
   {"sends a table as an event", [[local t = {} t.t = t ctx:send_event(t)]],
      "string expected, got table"},

   {"raises nil", [[error(nil)]], "RecoverableError `nil`"},
   {"raises a function", [[error(print)]], "function: "},
   {"raises ctx", [[error(ctx)]], "cloudify.ctx: "},
   {"raises what cannot be told",
      [[error(setmetatable({}, {__tostring = function() error("again") end}))]],
      "an error whose text cannot be told: a table"},
   {"raises what tells no text",
      [[error(setmetatable({}, {__tostring = function() return {} end}))]],
      "an error whose text cannot be told: a table"},
   {"raises an error in a finalizer",
      [[setmetatable({}, {__gc = function() error("late") end}) collectgarbage()]]},
   {"raises an error in a __close", [[
         local _ <close> = setmetatable({}, {__close = function() error("closing") end})
         error("first")]], "first"},
   {"yields to nobody", [[coroutine.yield(1)]], "the operation yielded to nobody"},
   {"never ends", [[while true do pcall(function() while true do end end) end]],
      "took longer than its timeout", LOOPS},
   {"never ends in a finalizer", [[
         setmetatable({}, {__gc = function() while true do end end}) collectgarbage()]],
      "took longer than its timeout", LOOPS},

   {"keeps its handles", [[
         local kept = {ctx, ctx.instance, ctx.instance.runtime_properties, ctx.logger, ctx.node}
         local uses = {function() return kept[1].node end, function() return kept[2].id end,
            function() kept[3].x = 1 end, function() kept[4]:info("x") end,
            function() return kept[5].properties end}
         function LATER()
            local told = {}
            for i, use in ipairs(uses) do
               local ok, err = pcall(use)
               told[i] = not ok and tostring(err):match("used after .* operation ended") or "USED"
            end
            return table.concat(told, ", ")
         end]], nil, {told = ("ITS, ITS, used after their operation ended, ITS, ITS"):gsub("ITS",
            "used after its operation ended")}},
   {"keeps a coroutine that uses them", [[
         local co = coroutine.wrap(function()
            while true do ctx.instance.runtime_properties.x = 1 coroutine.yield() end
         end)
         co()
         function LATER() return select(2, pcall(co)).message end]], nil,
      {told = "ctx used after its operation ended"}},

   {"removes Lua's functions", [[string, table, pcall, error, require = nil]]},
   {"removes all globals", [[local g = _G for name in pairs(g) do g[name] = nil end]]},
   {"breaks the table of globals", [[setmetatable(_G, {__index = error, __newindex = error})]]},
   {"breaks the methods of strings", [[getmetatable("").__index = nil]]},
   {"replaces a function of a library",
      [[string.format = function() end ctx.logger:info("%d", 1)]]},
   {"forgets all modules",
      [[for name in pairs(package.loaded) do package.loaded[name] = nil end]]},
   {"breaks the runtime's own modules", [[require("cloudify.state").set_operation = nil]]},
   {"gives nil fields", [[debug.setmetatable(nil, {__index = error})]]},
   {"empties the registry", [[
         local registry = debug.getregistry()
         for key in pairs(registry) do registry[key] = nil end]]},
   {"breaks the class of ctx",
      [[local class = debug.getmetatable(ctx) for name in pairs(class) do class[name] = nil end]]},
   {"breaks an upvalue of the runtime",
      [[debug.setupvalue(require("cloudify.state").set_operation, 1, nil)]]},
   {"sets a hook", [[debug.sethook(function() error("hooked") end, "", 1)]], "hooked"},
   {"sets a hook for all coroutines", [[
         debug.sethook(debug.getregistry()[1], function() error("hooked") end, "crl", 1)]], ""},
   {"changes the locale", [[assert(os.setlocale("C.UTF-8"))]]},

   {"prints 100 MB", [[for _ = 1, 100 do io.write(("x"):rep(1 << 20), "\n") end]]},
   {"prints anything", [[io.write("\xff\0\27[2J\n", ("\xc3"):rep(99999))]]},
   {"returns 70 MB", [[return ("x"):rep(70 << 20)]], "are more than the limit of 67108864"},
   {"stores 70 MB", [[ctx.instance.runtime_properties.x = ("x"):rep(70 << 20)
         ctx.instance:update()]], "are more than the limit of 67108864"},
   {"raises 70 MB", [[error(("x"):rep(70 << 20), 0)]], "xxxx\n"},
   {"logs 70 MB", [[ctx.logger:info(("x"):rep(70 << 20)) ctx:send_event(("y"):rep(70 << 20))]]},
   {"returns no UTF-8", [[return {["\xff"] = "\xff"}]], "is not valid UTF%-8"},
   {"stores no UTF-8", [[ctx.instance.runtime_properties.x = "\xff"]],
      "x: the string is not valid UTF%-8"},
   {"returns a NUL in a key", [[return {["a\0b"] = 1}]], "return value: a key contains a NUL byte"},
   {"stores a NUL in a key", [[ctx.instance.runtime_properties["a\0b"] = 1]],
      "a key contains a NUL byte"},
   {"returns and stores a NUL",
      [[ctx.instance.runtime_properties.x = "a\0b" return {"a\0b"}]]},
   {"logs neither UTF-8 nor text", [[ctx.logger:info("\xff\0\27") ctx:send_event("\xff\0")]]},
   {"raises neither UTF-8 nor text", [[error("\xff\0\27")]], "\u{fffd}"},

   {"blocks all signals", [[require("bad.native").block()]], "took longer than its timeout", LOOPS},
   {"closes the worker's descriptors", [[require("bad.native").close()]], DIED, BREAKS},
   {"writes to the engine", [[require("bad.native").write()]], DIED, BREAKS},
   {"forks a child that has what the worker has",
      [[FORKED = require("bad.native").fork() os.exit(6)]], DIED .. "exited with code 6"},
   {"aborts", [[require("bad.native").abort()]], DIED .. "killed by signal 6", BREAKS},
}

describe("an operation is alone with what it does, if it", function()
   local world, native

   setup(function()
      world = cfy.world()
      native = world:path("native.so")
      local built = world:sh(("cc -shared -fPIC $(pkg-config --cflags lua5.4) '%s' -o '%s'"):format(
         world:write("native.c", MODULE), native))
      assert.equal(0, built.code, built.err)
      world:write("app/plugins/good/good/tasks.lua", GOOD)
      world:sh(("mkdir -p '%s/app/plugins/bad/bad' && mv '%s' '%s/app/plugins/bad/bad/'"):format(
         world.folder, native, world.folder))
   end)
   teardown(function() world:remove() end)
   after_each(function() world:sh("rm -rf '" .. world.store .. "'") end)

   local function install(code, options)
      world:write("app/plugins/bad/bad/tasks.lua", TASKS:format((code:gsub("%%", "%%%%"))))
      local blueprint = world:write("app/blueprint.yaml",
         BLUEPRINT:format(options.settings or ""))
      return world:cfy("install", blueprint, "-d", "app", "-j", "1", "--task-retries", "0",
         "--wait-after-fail", "60", table.unpack(options))
   end

   --- state and runtime properties of the one instance of each node
   local function instances()
      local found = {}
      for _, instance in ipairs(world:instances("app")) do
         found[instance.node_id] = instance
      end
      return found
   end

   for _, case in ipairs(cases) do
      local name, code, message, options = table.unpack(case, 1, 4)
      options = options or {}
      if not options.skipped then
         it(name, function()
            local result = install(code, options)
            assert.equal(message and 1 or 0, result.code, result.err:sub(1, 2000))
            assert.truthy(result.err:find(message or ""), result.err:sub(1, 2000))
            local found = instances()
            assert.equal(not message, found.hostile.state == "started")
            assert.same({"started", " 1.5 C 1.5 C"},
               {found.good.state, found.good.runtime_properties.good})
            assert.same({"started", "1.5 C " .. (options.told or "")},
               {found.fellow.state, found.fellow.runtime_properties.later})
         end)
      end
   end
end)
