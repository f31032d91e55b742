--- lua/types declares for editors all that plugins can reach, and nothing else. What there is, is
--- asked of the running thing.
local annotations = dofile("tools/annotations.lua")
local registered = require("spec.support.registered")
local workflow = require("spec.support.workflow")

--- Modules that are no business of plugins. All below those of PRIVATE_BELOW are not, either.
local PRIVATE = {
   "cloudify.agent", "cloudify.argument_checks", "cloudify.bootstrap_context",
   "cloudify.capabilities", "cloudify.core", "cloudify.coverage", "cloudify.filesystem",
   "cloudify.http",
   "cloudify.http_headers", "cloudify.line_editor", "cloudify.local_environment",
   "cloudify.local_operation", "cloudify.mock_contexts", "cloudify.plugin_loader",
   "cloudify.processes", "cloudify.proxy", "cloudify.record", "cloudify.resource_arguments",
   "cloudify.resource_files",
   "cloudify.resources", "cloudify.scripts", "cloudify.sets", "cloudify.shell",
   "cloudify.shell.completion",
   "cloudify.shell.prompt", "cloudify.source_excerpt",
}
local PRIVATE_BELOW = {
   "cloudify.mocks", "cloudify.plugin_kit", "cloudify.plugins", "cloudify.template",
   "cloudify.test_utils", "cloudify.workflows",
}

--- Classes that have no fields and methods of their own to declare, or that only modules of the
--- runtime see.
local PRIVATE_CLASSES = {
   ["cloudify.data"] = true, ["cloudify.directory"] = true, ["cloudify.exception"] = true,
   ["cloudify.fetch"] = true, ["cloudify.http_request"] = true, ["cloudify.json"] = true,
   ["cloudify.local_environment"] = true, ["cloudify.mock"] = true, ["cloudify.run"] = true,
   ["cloudify.script"] = true, ["cloudify.script_proxy"] = true,
}

--- Classes that have another name in lua/types than "cloudify.some_thing" -> "cloudify.SomeThing".
local DECLARED_AS = {
   ["cloudify.endpoint"] = "cloudify.RelationshipEnd",
   ["cloudify.workflow.logger"] = "cloudify.Logger",
}

local function type_files()
   local paths = {}
   for path in io.popen("ls lua/types/*.lua"):lines() do
      table.insert(paths, path)
   end
   return paths
end

local files, by_name = annotations.read_all(type_files())

local function add_declared(class, fields, methods)
   for _, field in ipairs(class.fields) do
      if not field.name:find("^%[") then
         fields[field.name] = true
      end
   end
   for _, func in ipairs(class.functions) do
      methods[func.name] = true
   end
   for _, parent in ipairs(class.parents) do
      add_declared(by_name[parent], fields, methods)
   end
end

local function sorted(set)
   local names = {}
   for name in pairs(set) do
      table.insert(names, name)
   end
   table.sort(names)
   return names
end

--- What is declared of a class, in the form of `registered`.
local function declared(name)
   local class = by_name[name]
   assert(class and class.fields, "lua/types declares no class " .. name)
   local fields, methods = {}, {}
   add_declared(class, fields, methods)
   return {fields = sorted(fields), methods = sorted(methods)}
end

local function class_name(registered_name)
   return DECLARED_AS[registered_name] or registered_name:gsub("%.(%l[%w_]*)$", function(last)
      return "." .. ("_" .. last):gsub("_(%l)", string.upper)
   end)
end

local function is_private(module)
   for _, prefix in ipairs(PRIVATE_BELOW) do
      if module:sub(1, #prefix + 1) == prefix .. "." then
         return true
      end
   end
   for _, name in ipairs(PRIVATE) do
      if module == name then
         return true
      end
   end
   return false
end

describe("lua/types", function()
   local found = {}   -- name of a class in lua/types -> what is registered under it

   lazy_setup(function()
      local deployment = workflow.deployment {blueprint = ""}
      local world = deployment.world
      local built = world:sh(("cc -shared -fPIC $(pkg-config --cflags lua5.4) '%s' -o '%s'"):format(
         world:write("registry.c", registered.REGISTRY_MODULE), world:path("registry.so")))
      assert.equal(0, built.code, built.err)
      local told = deployment:run([[
            package.cpath = "%FOLDER%/?.so;" .. package.cpath
            tell(loadfile("spec/support/registered.lua")().classes(require("registry")))]])
      deployment:remove()
      for _, classes in ipairs {registered.classes(debug.getregistry()), told[1]} do
         for name, class in pairs(classes) do
            if not PRIVATE_CLASSES[name] then
               found[class_name(name)] = class
            end
         end
      end
   end)

   it("declares each class that C registers, and what it has", function()
      local classes = {}
      for name in pairs(found) do
         classes[name] = declared(name)
      end
      assert.same(found, classes)
   end)

   it("is compared with what operations see, and workflows", function()
      for _, name in ipairs {"Ctx", "Instance", "workflow.Ctx", "workflow.Subgraph"} do
         assert.truthy(found["cloudify." .. name], name)
      end
   end)

   local modules = {}
   for _, file in ipairs(files) do
      if file.module then
         modules[file.meta] = true
         it("declares what the module " .. file.meta .. " has", function()
            assert.equal(file.meta, file.module.name)
            assert.same(registered.module(file.meta), declared(file.meta))
         end)
      end
   end

   it("declares each module, or it is on the list of private ones", function()
      local missing = {}
      for _, name in ipairs(registered.modules()) do
         if not modules[name] and not is_private(name) then
            table.insert(missing, name)
         end
      end
      assert.same({}, missing)
   end)

   it("declares what the classes of the Lua modules have", function()
      local expected, classes = {}, {}
      for name in pairs(modules) do
         for _, field in ipairs(by_name[name].fields) do
            expected[field.type] = registered.methods(require(name)[field.name])
         end
      end
      for name, methods in pairs(registered.lua_classes()) do
         expected["cloudify." .. name] = methods
      end
      for name, methods in pairs(expected) do
         if by_name[name] then
            classes[name], found[name] = declared(name).methods, methods
         else
            expected[name] = nil
         end
      end
      assert.truthy(expected["cloudify.CurrentContext"])
      assert.same(expected, classes)
   end)

   local RECORDS = {
      Agent = "agent", BootstrapContext = "bootstrap_context", Capabilities = "capabilities",
   }
   for class, field in pairs(RECORDS) do
      it("declares what ctx." .. field .. " has", function()
         local ctx = require("cloudify.mocks").MockCloudifyContext {
            node_id = "vm", node_type = "cloudify.nodes.Compute",
            type_hierarchy = {"cloudify.nodes.Root", "cloudify.nodes.Compute"}}
         local record = registered.record(ctx[field])
         found["cloudify." .. class] = record
         assert.same(record, declared("cloudify." .. class))
      end)
   end

   it("declares the fields of exceptions", function()
      local fields = {type = true, recoverable = true, traceback = true}
      for _, class in pairs(require("cloudify.core").exceptions) do
         for name in pairs(registered.exception_fields(class)) do
            fields[name] = true
         end
      end
      assert.same({fields = sorted(fields), methods = {}}, declared("cloudify.Exception"))
   end)

   --- Constructor of cloudify.mocks -> the class of its arguments.
   local MOCKS = {
      MockCloudifyContext = "Arguments", MockNodeContext = "NodeArguments",
      MockNodeInstanceContext = "InstanceArguments",
      MockRelationshipContext = "RelationshipArguments",
      MockRelationshipSubjectContext = "SubjectArguments",
      MockOperationContext = "OperationArguments", plugin = "PluginArguments",
   }
   for constructor, class in pairs(MOCKS) do
      it("declares the arguments that " .. constructor .. " of cloudify.mocks takes", function()
         assert.same(require("cloudify.mocks.arguments").names(constructor),
            declared("cloudify.mocks." .. class).fields)
      end)
   end

   it("declares no class with methods that nothing has", function()
      local left = {}
      for name, item in pairs(by_name) do
         local inherited = name == "cloudify.workflow.TaskContainer"
         if item.functions and #item.functions > 0 and not (found[name] or modules[name])
            and not inherited then
            table.insert(left, name)
         end
      end
      assert.same({}, left)
   end)

   --- Call `check(name, func)` for each function of each class.
   local function each_function(check)
      for name, item in pairs(by_name) do
         for _, func in ipairs(item.functions or {}) do
            check(name .. "." .. func.name, func)
         end
      end
   end

   it("describes no argument that the function has not", function()
      local wrong = {}
      each_function(function(name, func)
         for _, param in ipairs(func.params) do
            if not (", " .. func.arguments .. ","):find(", " .. param.name .. ",", 1, true) then
               table.insert(wrong, name .. ": " .. param.name)
            end
         end
      end)
      assert.same({}, wrong)
   end)

   it("gives the functions of modules the number of arguments that they have", function()
      local expected, declares = {}, {}
      for module in pairs(modules) do
         for _, func in ipairs(by_name[module].functions) do
            local info = debug.getinfo(require(module)[func.name], "Su")
            if info.what == "Lua" and not info.isvararg then
               local name = module .. "." .. func.name
               expected[name] = info.nparams
               declares[name] = select(2, func.arguments:gsub("[%w_]+", ""))
            end
         end
      end
      assert.truthy(expected["cloudify.template.render"])
      assert.same(expected, declares)
   end)

   it("declares nothing twice in a class", function()
      local twice = {}
      for name, item in pairs(by_name) do
         local seen = {}
         for _, list in ipairs {item.fields or {}, item.functions or {}} do
            for _, member in ipairs(list) do
               table.insert(twice, seen[member.name] and name .. "." .. member.name or nil)
               seen[member.name] = true
            end
         end
      end
      assert.same({}, twice)
   end)

   it("mentions no type that it does not declare", function()
      local unknown = {}
      for _, path in ipairs(type_files()) do
         for line in io.lines(path) do
            for name in (line:match("^%-%-%-@%l+ (.*)$") or ""):gmatch("cloudify%.[%w_.]*%u%w+") do
               local in_blueprints = name:find("^cloudify%.nodes%.")
               if not by_name[name] and not in_blueprints then
                  table.insert(unknown, path .. ": " .. name)
               end
            end
         end
      end
      assert.same({}, unknown)
   end)

   for _, path in ipairs(type_files()) do
      it(path .. " is Lua", function() assert.truthy(loadfile(path)) end)
   end
end)
