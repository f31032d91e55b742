local cfy = require("spec.support.cfy")
local json = require("cloudify").json

describe("cfy plugins check", function()
   local world

   before_each(function()
      world = cfy.world()
      world:sh(("cd '%s' && %s"):format(world.folder, world:command("plugins", "new", "my-shop")))
   end)
   after_each(function() world:remove() end)

   local function check(...)
      return world:cfy("plugins", "check", world:path("my-shop"), ...)
   end

   --- Replace `old`, which must be there, in a file of the plugin.
   local function edit(name, old, new)
      local path = world:path("my-shop/" .. name)
      local text = world:read(path)
      local first, last = text:find(old, 1, true)
      assert(first, old)
      world:write("my-shop/" .. name, text:sub(1, first - 1) .. new .. text:sub(last + 1))
   end

   local function remove(name)
      return function() os.remove(world:path("my-shop/" .. name)) end
   end

   local function editing(...)
      local arguments = {...}
      return function() edit(table.unpack(arguments)) end
   end

   local function writing(name, text)
      return function() world:write("my-shop/" .. name, text) end
   end

   local ROCKSPEC = "my-shop-0.1.0-1.rockspec"
   local MORE_TASKS = [[
local operation = require("cloudify.decorators").operation
local more = {}
more.used = operation(function() end)
more.unused = operation(function() end)
return more
]]

   local UNUSED = "my_shop/tasks.lua:31: warning: the function 'delete' is marked as an operation, "
      .. [[and is mapped nowhere
    map it in plugin.yaml, or remove the mark
]]

   -- What is done to a new project, and what is found first.
   local cases = {
      {"an operation without a function", editing("plugin.yaml", "tasks.delete", "tasks.remove"),
         1, UNUSED .. [[
plugin.yaml:31: error: operation 'my-shop.my_shop.tasks.remove': plugin 'my-shop': module ]]
         .. [['my_shop.tasks' has no function 'remove'
    correct the name, or write the function]]},
      {"an operation without a module", editing("plugin.yaml", "tasks.delete", "task.delete"),
         1, UNUSED .. [[
plugin.yaml:31: error: operation 'my-shop.my_shop.task.delete': plugin 'my-shop': module ]]
         .. [['my_shop.task' not found (did you mean 'my-shop.my_shop.tasks.delete'?)
    correct the name, or write the function]]},
      {"an operation of a plugin that is misspelt",
         editing("plugin.yaml", "delete: my-shop.", "delete: my-shp."), 1, UNUSED .. [[
plugin.yaml:31: error: operation 'my-shp.my_shop.tasks.delete': there is no plugin 'my-shp'
    did you mean 'my-shop'?]]},
      {"an operation of the example without a function",
         editing("blueprint/blueprint.yaml", "      author: the example\n", [[
      author: the example
    interfaces:
      cloudify.interfaces.lifecycle:
        start: my-shop.my_shop.tasks.start
]]), 1, [[
blueprint/blueprint.yaml:24: error: operation 'my-shop.my_shop.tasks.start': plugin 'my-shop': ]]
         .. [[module 'my_shop.tasks' has no function 'start'
    correct the name, or write the function]]},
      {"a function that nothing maps", function()
         world:write("my-shop/my_shop/more.lua", MORE_TASKS)
         edit("plugin.yaml", "        delete:", "        start: my-shop.my_shop.more.used\n"
            .. "        delete:")
         edit(ROCKSPEC, '["my_shop.note"]', '["my_shop.more"] = "my_shop/more.lua",\n'
            .. '      ["my_shop.note"]')
      end, 0, [[
my_shop/more.lua:4: warning: the function 'unused' is marked as an operation, and is mapped nowhere
    map it in plugin.yaml, or remove the mark]]},
      {"an option of operation that is misspelt",
         editing("my_shop/tasks.lua", "operation {resumable", "operation {resume"), 0, [[
my_shop/tasks.lua:13: warning: the function 'create': unknown option 'resume' of operation, which ]]
         .. "is ignored\n    did you mean 'resumable'?\n"},
      {"an option of operation that is like none",
         editing("my_shop/tasks.lua", "operation {resumable", "operation {x"), 0, [[
my_shop/tasks.lua:13: warning: the function 'create': unknown option 'x' of operation, which is ]]
         .. "ignored\n    it has the options 'async', 'resumable'\n"},
      {"a workflow that is mapped as an operation", function()
         edit("my_shop/tasks.lua", 'local operation = require("cloudify.decorators").operation',
            'local operation = require("cloudify.decorators").workflow')
      end, 0, [[
plugin.yaml:25: warning: 'my-shop.my_shop.tasks.create' is mapped as an operation, and is marked ]]
         .. [[as a workflow
    map it where it belongs, or decorate it with operation()]]},
      {"a module that cannot be loaded", editing("my_shop/tasks.lua",
         'local tasks = {}', 'local tasks = {}\nrequire("no_such_rock")'), 1,
         [[
my_shop/tasks.lua:11: error: module 'no_such_rock' not found
    it must load wherever the plugin is installed: its rockspec names what it needs
1 error, 0 warnings
]]},
      {"a module that returns nothing", editing("my_shop/tasks.lua", "return tasks\n", ""), 1,
         [[
my_shop/tasks.lua: error: module 'my_shop.tasks' returns nothing: its last line must return the ]]
         .. [[table of its functions, as in 'return tasks'
    nothing can be called in it
1 error, 0 warnings
]]},
      {"a module that ends the process", editing("my_shop/tasks.lua",
         'local tasks = {}', 'os.exit(0)\nlocal tasks = {}'), 1, [[
my_shop/tasks.lua:10: error: it calls os.exit while it is loaded
    it must load wherever]]},
      {"a module that does not end", editing("my_shop/tasks.lua",
         'local tasks = {}', 'while true do end\nlocal tasks = {}'), 1, [[
my_shop/tasks.lua:10: error: it does not end while it is loaded
    it must load wherever]]},
      {"a mistake of syntax", editing("my_shop/note.lua", "local note = {}", "local note = {"), 1,
         [[
my_shop/note.lua:7: error: unexpected symbol near 'local'
    correct it: this is no Lua
1 error, 0 warnings
]]},
      {"a mistake of syntax in a spec", writing("spec/bad_spec.lua", "it(\n"), 1,
         "spec/bad_spec.lua:2: error: unexpected symbol near <eof>\n"},
      {"a global that is written", editing("my_shop/note.lua", "   local path = ", "   path = "), 1,
         [[
my_shop/note.lua:28: error: the global 'path' is written: operations that run after each other ]]
         .. [[would share it
    make it local, or a field of the module; for what lasts there is ctx.instance.runtime_properties
]]},
      {"a global function", editing("my_shop/note.lua", "local function content",
         "function content"), 1, "my_shop/note.lua:18: error: the global 'content' is written"},
      {"a global that is read, and there is none", editing("my_shop/note.lua", "local note = {}",
         "local note = {}\nfunction note.show(text) pritn(text) end"), 1, [[
my_shop/note.lua:4: error: there is no global 'pritn'
    did you mean 'print'? Here it is nil
]]},
      {"a ctx that no parameter is called so", editing("my_shop/tasks.lua",
         "tasks.delete = operation {resumable = true}(function(ctx)",
         "tasks.delete = operation {resumable = true}(function()"), 1, [[
my_shop/tasks.lua:32: error: there is no global 'ctx'
    take it as the first parameter of the function
]]},
      {"a global of another Lua", editing("my_shop/note.lua", "local note = {}",
         "local note = {}\nnote.unpack = table.unpack or unpack"), 0, [[
my_shop/note.lua:4: warning: Lua 5.4 has no global 'unpack'
    here it is nil: use table.unpack
]]},
      {"a property without description",
         editing("plugin.yaml", "        description: what the note says\n", ""), 0, [[
plugin.yaml:13: warning: property of node type 'my_shop.nodes.Note', 'text' has no description
    add 'description: ...': whoever writes a blueprint reads it]]},
      {"an input of an operation without description",
         editing("plugin.yaml", "              description: what the file is called\n", ""), 0, [[
plugin.yaml:27: warning: input of node type 'my_shop.nodes.Note', operation 'create', 'file_name' ]]
         .. "has no description\n"},
      {"a dependency that is not pinned", editing(ROCKSPEC, '"busted == 2.1.1"', '"busted >= 2"'),
         0, ROCKSPEC .. [[:17: warning: the dependency 'busted >= 2' can be met by several versions
    name the one that is tested: 'busted == ...']]},
      {"a dependency without version", editing(ROCKSPEC, '"busted == 2.1.1"', '"busted"'),
         0, ROCKSPEC .. ":17: warning: the dependency 'busted' can be met by several versions\n"},
      {"another version in plugin.yaml", editing("plugin.yaml", "'0.1.0'", "'0.2.0'"), 1, ROCKSPEC
         .. [[:3: error: it is of version '0.1.0-1', plugin.yaml:6 of '0.2.0'
    make it '0.2.0-1', or change plugin.yaml]]},
      {"another name in plugin.yaml", editing("plugin.yaml", "package_name: my-shop",
         "package_name: shop"), 1, ROCKSPEC
         .. [[:2: error: the rock is called 'my-shop', the package in plugin.yaml 'shop'
    give both the same name]]},
      {"a rockspec whose file is called otherwise", editing(ROCKSPEC, '"0.1.0-1"', '"0.1.0-2"'), 1,
         ROCKSPEC .. ": error: LuaRocks refuses a rockspec with another name than package and "
         .. "version make\n    call the file 'my-shop-0.1.0-2.rockspec'"},
      {"a file of the rockspec that is not there",
         editing(ROCKSPEC, '"my_shop/note.lua"', '"my_shop/notes.lua"'), 1, ROCKSPEC .. [[
:22: error: the file 'my_shop/notes.lua' of module 'my_shop.note' is not there
    correct the path, or take the module out of build.modules]]},
      {"a module that the rockspec does not name", writing("my_shop/more.lua", "return {}\n"), 0,
         ROCKSPEC .. [[:21: warning: 'my_shop/more.lua' is not among build.modules: a rock of the ]]
         .. "plugin lacks it\n    add [\"my_shop.more\"] = \"my_shop/more.lua\""},
      {"a rockspec that is no Lua", writing(ROCKSPEC, "package =\n"), 1,
         ROCKSPEC .. ":2: error: unexpected symbol near <eof>\n"},
      {"a rockspec without a version", editing(ROCKSPEC, 'version = "0.1.0-1"', 'v = 1'), 1,
         ROCKSPEC .. ": error: it has no 'version'\n"},
      {"a plugin.yaml that is no YAML", writing("plugin.yaml", "a: [\n"), 1,
         "plugin.yaml:2: error: "},
      {"no plugin.yaml", remove("plugin.yaml"), 1,
         "error: there is no plugin.yaml\n    'cfy plugins new NAME' begins a plugin"},
      {"a version that is none", function()
         edit("plugin.yaml", "'0.1.0'", "'new'")
         remove(ROCKSPEC)()
      end, 1, "error: "},
      {"what is no valid blueprint", editing("blueprint/blueprint.yaml", "text: {get_input: text}",
         "txet: {get_input: text}"), 1, "blueprint/blueprint.yaml:20:7: error: "},
      {"what is no valid interface", editing("plugin.yaml", "type: string", "type: strin"), 1,
         "plugin.yaml:14:15: error: "},
      {"an operation that is misspelt", editing("plugin.yaml", "        delete:", "        delet:"),
         0, [[
plugin.yaml:31:9: warning: node type 'my_shop.nodes.Note' inherits no operation 'delet': this is ]]
         .. "a new one\n    did you mean 'delete'?\n"},
      {"an interface that is misspelt", function()
         edit("plugin.yaml", "cloudify.interfaces.lifecycle", "cloudify.interface.lifecycle")
         os.execute(("rm -r '%s'"):format(world:path("my-shop/blueprint")))
      end, 0, [[
plugin.yaml:22:7: warning: node type 'my_shop.nodes.Note' inherits no interface ]]
         .. "'cloudify.interface.lifecycle': this is a new one\n"
         .. "    did you mean 'cloudify.interfaces.lifecycle'?\n"},
      {"an operation of the example that is misspelt",
         editing("blueprint/blueprint.yaml", "      author: the example\n", [[
      author: the example
    interfaces:
      cloudify.interfaces.lifecycle:
        strat: my-shop.my_shop.tasks.create
]]), 0, [[
blueprint/blueprint.yaml:24:9: warning: node template 'note' inherits no operation 'strat': this ]]
         .. "is a new one\n    did you mean 'start'?\n"},
   }
   for _, case in ipairs(cases) do
      local name, change, code, expected = table.unpack(case)
      it("finds " .. name, function()
         change()
         local result = check()
         assert.equal(expected, result.out:sub(1, #expected), result.out .. result.err)
         assert.equal(code, result.code, result.out .. result.err)
      end)
   end

   it("finds nothing in the plugins that come along", function()
      local result = world:cfy("plugins", "check", "plugins/webserver")
      assert.equal("No findings.\n", result.out)
      assert.equal(0, result.code)
   end)

   it("lets a script have ctx and inputs", function()
      world:write("my-shop/scripts/create.lua", "ctx.logger:info(inputs.text)\n")
      remove(ROCKSPEC)()
      assert.equal("No findings.\n", check().out)
   end)

   it("counts what it finds", function()
      edit(ROCKSPEC, '"busted == 2.1.1"', '"busted"')
      edit("my_shop/note.lua", "   local path = ", "   path = ")
      assert.truthy(check().out:find("\n1 error, 1 warning\n", 1, true))
   end)

   it("tells the same as JSON", function()
      edit(ROCKSPEC, '"busted == 2.1.1"', '"busted"')
      local result = check("--json")
      assert.equal(0, result.code)
      assert.same({{severity = "warning", file = ROCKSPEC, line = 17,
         message = "the dependency 'busted' can be met by several versions",
         advice = "name the one that is tested: 'busted == ...'"}}, json.decode(result.out))
   end)

   it("finds what is misspelt in a folder of whatever name", function()
      local odd = world:path([[100%25 "sure"--here]])
      edit("plugin.yaml", "cloudify.interfaces.lifecycle", "cloudify.interface.lifecycle")
      world:sh(("rm -r '%s'; mkdir '%s'; mv '%s' '%s'"):format(world:path("my-shop/blueprint"),
         odd, world:path("my-shop"), odd))
      local result = world:cfy("plugins", "check", odd .. "/my-shop")
      assert.truthy(result.out:find("did you mean 'cloudify.interfaces.lifecycle'?", 1, true),
         result.out)
   end)

   it("looks at the present folder where none is named", function()
      local result = world:sh(("cd '%s' && %s"):format(world:path("my-shop"),
         world:command("plugins", "check")))
      assert.equal("No findings.\n", result.out)
   end)

   it("does not take what a module prints for a finding", function()
      edit("my_shop/tasks.lua", "local tasks = {}", "print('loaded')\nlocal tasks = {}")
      assert.same({}, json.decode(check("--json").out))
   end)

   it("looks at bundled rocks and resources no more than installing does", function()
      for _, folder in ipairs {"rocks", "resources", "templates", ".hidden"} do
         world:write("my-shop/" .. folder .. "/a.lua", "x = 1 end")
      end
      assert.equal("No findings.\n", check().out)
   end)

   it("says that there is no such folder", function()
      local result = world:cfy("plugins", "check", "/no/such")
      assert.equal(1, result.code)
      assert.equal("cfy: there is no folder '/no/such'\n", result.err)
   end)
end)

describe("the search for globals", function()
   local globals = require("cloudify.plugin_kit.globals")

   local function found(source, use)
      local texts = {}
      for _, global in ipairs(globals.find(assert(load(source)))[use]) do
         table.insert(texts, ("%s:%d"):format(global.name, global.line))
      end
      return table.concat(texts, " ")
   end

   local many = ""
   for i = 1, 300 do
      many = many .. ("string.rep('%d')\n"):format(i)
   end

   local cases = {
      {"none", "local a = 1; a = 2; local t = {}; t.x = 1", ""},
      {"an assignment", "\n\na = 1", "a:3"},
      {"several at once", "a, b = 1, 2", "a:1 b:1"},
      {"a function", "\nfunction f() end", "f:2"},
      {"one in a function in a function",
         "local function f()\n return function()\n  g = 1\n end\nend", "g:3"},
      {"none in a table of that name", "string.x = 1; local _ENV = {}; y = 1", ""},
      {"one far down", ("\n"):rep(1000) .. "local x\n" .. ("\n"):rep(300) .. "a = 1", "a:1302"},
      {"one behind many constants", many .. "\na = 1", "a:302"},
      {"none in a local table behind many constants",
         many .. "\nlocal x = setmetatable({}, {})\nx.field = 1", ""},
      {"none in a field with a long name",
         ("local x = setmetatable({}, {}); x.%s = 1"):format(("f"):rep(60)), ""},
      {"one with a long name", ("x"):rep(60) .. " = nil", ("x"):rep(60) .. ":1"},
   }
   for _, case in ipairs(cases) do
      local name, source, expected = table.unpack(case)
      it("finds " .. name, function() assert.equal(expected, found(source, "written")) end)
   end

   local reads = {
      {"none", "local a = 1; local t = {}; return t.x + a", ""},
      {"a call", "\n\na()", "a:3"},
      {"a field of one", "\nreturn a.b.c", "a:2"},
      {"one in a function in a function",
         "local function f()\n return function()\n  return g\n end\nend", "g:3"},
      {"none in a table of that name", "local _ENV = {}; return y", ""},
      {"one behind many constants", "local t = {\n" .. ("1.5, 's%d',\n"):rep(300):gsub("%%d",
         (function() local i = 0; return function() i = i + 1; return i end end)())
         .. "}\nreturn a", "a:303"},
      {"one with a long name", "return " .. ("x"):rep(60), ("x"):rep(60) .. ":1"},
      {"none in a field with a long name",
         ("local x = {}; return x.%s"):format(("f"):rep(60)), ""},
      {"none in a field of _ENV that is computed", "local k = 'a'; return _ENV[k .. 'b']", ""},
   }
   for _, case in ipairs(reads) do
      local name, source, expected = table.unpack(case)
      it("finds reading " .. name, function() assert.equal(expected, found(source, "read")) end)
   end
end)
