--- cloudify.test_utils: the arguments of runtime.md 9.1, in both forms.
local files = require("cloudify.files")
local local_tests = require("spec.support.local_tests")
local test_utils = require("cloudify.test_utils")

local BLUEPRINT = local_tests.BLUEPRINT

describe("cloudify.test_utils", function()
   local parent, project, spec_file

   setup(function()
      project = local_tests.project()
      parent = project:match("^(.*)/")
      spec_file = project .. "/spec/greeter_spec.lua"
   end)
   teardown(function() files.remove_tree(parent) end)
   before_each(function() local_tests.provide {start = function() end} end)

   --- Run a test as a spec of the project would. Returns what the test returns.
   local function run(path_or_text, options, test)
      return local_tests.from(spec_file, "workflow_test")(path_or_text, options, test)()
   end

   --- The greeting of an install with these options.
   local function greeting(path, options)
      return run(path, options, function(cfy_local)
         cfy_local:execute("install")
         return cfy_local:outputs().greeting
      end)
   end

   describe("path_or_blueprint", function()
      it("is a path relative to the test's file", function()
         assert.equal("Hello world", greeting("../blueprint/blueprint.yaml"))
      end)

      it("is a path relative to the plugin's folder where the former is not there", function()
         assert.equal("Hello world", greeting("blueprint/blueprint.yaml"))
      end)

      it("is an absolute path", function()
         assert.equal("Hello world", greeting(project .. "/blueprint/blueprint.yaml"))
      end)

      it("is the text of the blueprint, which has tosca_definitions_version", function()
         run(BLUEPRINT, nil, function(cfy_local)
            assert.equal("app", cfy_local.storage:get_nodes()[1].id)
            assert.matches("/blueprint$", cfy_local.storage:get_resources_folder())
         end)
      end)

      it("names both places where a file is not", function()
         local ok, err = pcall(greeting, "nothing.yaml")
         assert.is_false(ok)
         assert.matches("blueprint 'nothing.yaml' not found: neither '" .. project
            .. "/spec/nothing.yaml' nor '" .. project .. "/nothing.yaml'", err, 1, true)
      end)

      it("says where a blueprint is wrong", function()
         local ok, err = pcall(run, BLUEPRINT:gsub("spec.Node}", "spec.Nod}"), nil, function() end)
         assert.is_false(ok)
         assert.matches("/blueprint.yaml:11:%d+: .*'spec.Nod'", tostring(err))
      end)

      it("is needed", function()
         assert.has_error(function() test_utils.local_env {} end,
            "test_utils: no blueprint is given: name its file, or give its text")
      end)
   end)

   describe("copy_plugin_yaml", function()
      it("puts the plugin.yaml above the test's file beside the blueprint", function()
         assert.equal("Hello world", greeting("blueprint/alone.yaml", {copy_plugin_yaml = true}))
         assert.is_false(files.exists(project .. "/blueprint/plugin.yaml"))
      end)

      it("keeps it where it is in the project, too", function()
         assert.equal("Hello world",
            greeting("blueprint/blueprint.yaml", {copy_plugin_yaml = true}))
      end)

      it("does so for the text of a blueprint", function()
         local text = files.read(project .. "/blueprint/alone.yaml")
         assert.equal("Hello world", greeting(text,
            {copy_plugin_yaml = true, resources_to_copy = {"blueprint/greeting.txt"}}))
      end)

      it("is an error where there is no plugin.yaml", function()
         local nowhere = local_tests.from("/nowhere/spec/x_spec.lua", "workflow_test")
         local ok, err = pcall(nowhere(BLUEPRINT, {copy_plugin_yaml = true}, function() end))
         assert.is_false(ok)
         assert.matches("there is no plugin.yaml beside '/nowhere/spec/x_spec.lua' or in a folder "
            .. "above it", err, 1, true)
      end)
   end)

   describe("resources_to_copy", function()
      --- The files in the blueprint's folder of a test.
      local function copied(options)
         return run("blueprint/blueprint.yaml", options, function(cfy_local)
            local folder, found = cfy_local.storage:get_resources_folder(), {}
            for _, path in ipairs {"blueprint.yaml", "greeting.txt", "texts/greeting.txt",
                  "blueprint/greeting.txt", "alone.yaml"} do
               found[#found + 1] = files.exists(folder .. "/" .. path) and path or nil
            end
            return found
         end)
      end

      it("copies files beside the blueprint, and nothing else", function()
         assert.same({"blueprint.yaml", "greeting.txt"}, copied {
            copy_plugin_yaml = true, resources_to_copy = {"../blueprint/greeting.txt"}})
      end)

      it("copies {source, folder} into that folder", function()
         assert.same({"blueprint.yaml", "texts/greeting.txt"}, copied {
            copy_plugin_yaml = true,
            resources_to_copy = {{"blueprint/greeting.txt", "texts"}}})
      end)

      it("copies folders", function()
         assert.same({"blueprint.yaml", "blueprint/greeting.txt"}, copied {
            copy_plugin_yaml = true, resources_to_copy = {"blueprint"}})
      end)

      it("is an error where there is no such file", function()
         local ok, err = pcall(copied, {resources_to_copy = {"nothing.txt"}})
         assert.is_false(ok)
         assert.matches("resource 'nothing.txt' not found", err, 1, true)
      end)

      it("is what it takes to copy anything at all", function()
         run("blueprint/blueprint.yaml", nil, function(cfy_local)
            assert.equal(project .. "/blueprint", cfy_local.storage:get_resources_folder())
         end)
      end)
   end)

   describe("temp_dir_prefix", function()
      it("begins the name of the temporary folder", function()
         run(BLUEPRINT, {temp_dir_prefix = "my-plugin"}, function(cfy_local)
            assert.matches("/my%-plugin%-%w+/blueprint$",
               cfy_local.storage:get_resources_folder())
         end)
      end)
   end)

   describe("init_args", function()
      it("names the deployment and its blueprint", function()
         local seen
         local_tests.provide {start = function(ctx)
            seen = {ctx.deployment.id, ctx.blueprint.id}
         end}
         run(BLUEPRINT, {init_args = {name = "web"}}, function(cfy_local)
            cfy_local:execute("install")
            assert.equal("web", cfy_local.name)
         end)
         assert.same({"web", "web"}, seen)
      end)

      it("has 'local' as the name of none", function()
         run(BLUEPRINT, nil, function(cfy_local) assert.equal("local", cfy_local.name) end)
      end)

      it("gives inputs", function()
         run(BLUEPRINT, {init_args = {inputs = {port = 81}}}, function(cfy_local)
            assert.equal(81, cfy_local:outputs().port)
         end)
      end)

      it("gives the provider context", function()
         local seen
         local_tests.provide {start = function(ctx)
            seen = require("cloudify").totable(ctx.provider_context)
         end}
         run(BLUEPRINT, {init_args = {provider_context = {zone = "a"}}}, function(cfy_local)
            cfy_local:execute("install")
            assert.same({zone = "a"}, cfy_local.storage:get_provider_context())
         end)
         assert.same({zone = "a"}, seen)
      end)

      it("gives secrets", function()
         local seen
         local_tests.provide {start = function(ctx) seen = ctx:get_secret("token") end}
         run(BLUEPRINT, {init_args = {secrets = {token = "t0ps3cret"}}}, function(cfy_local)
            cfy_local:execute("install")
         end)
         assert.equal("t0ps3cret", seen)
      end)

      it("names folders that hold plugins", function()
         local text = files.read(project .. "/blueprint/blueprint.yaml")
            :gsub("%.%./plugin.yaml", project .. "/plugin.yaml")
         local_tests.from("/nowhere/x_spec.lua", "workflow_test")(text,
            {init_args = {plugin_directories = {parent}}}, function(cfy_local)
               assert.equal("greeter", cfy_local.plan.nodes[1].id)
            end)()
      end)

      it("lets modules that are ignored be missing", function()
         local nodes
         run(BLUEPRINT:gsub("probe_tasks", "missing"),
            {init_args = {ignored_modules = {"missing"}}},
            function(cfy_local) nodes = #cfy_local.storage:get_nodes() end)
         assert.equal(1, nodes)
      end)

      local cases = {
         {"a module that is missing", "probe_tasks", "missing", "node 'app', operations, "
            .. "'cloudify.interfaces.lifecycle.start': plugin 'probe': module 'missing' not found"},
         {"a function that is missing", "probe_tasks.start", "probe_tasks.strat", "node 'app', "
            .. "operations, 'cloudify.interfaces.lifecycle.start': plugin 'probe': module "
            .. "'probe_tasks' has no function 'strat' (did you mean 'start'?)"},
      }
      for _, case in ipairs(cases) do
         local what, from, to, message = table.unpack(case)
         it("else names " .. what, function()
            local ok, err = pcall(run, BLUEPRINT:gsub(from, to), nil, function() end)
            assert.is_false(ok)
            assert.matches(message, tostring(err), 1, true)
         end)
      end

      it("has no other members", function()
         assert.has_error(function()
            test_utils.workflow_test(BLUEPRINT, {init_args = {nam = "x"}}, function() end)
         end, "test_utils: init_args: unknown argument 'nam', did you mean 'name'?")
      end)
   end)

   describe("inputs", function()
      local function port(options)
         return run(BLUEPRINT, options, function(cfy_local) return cfy_local:outputs().port end)
      end

      it("are a table", function()
         assert.equal(82, port {inputs = {port = 82}})
      end)

      it("are what a function returns", function()
         assert.equal(83, port {inputs = function() return {port = 83} end})
      end)

      it("are made with input_func_args and input_func_kwargs", function()
         assert.equal(125, port {
            inputs = function(a, b, named) return {port = a + b + named.c} end,
            input_func_args = {100, 20},
            input_func_kwargs = {c = 5},
         })
      end)

      it("are made with all arguments of the test as decorator_kwargs", function()
         assert.equal("mine", run(BLUEPRINT, {
            temp_dir_prefix = "mine",
            inputs = function(named) return {port = named.decorator_kwargs.temp_dir_prefix} end,
         }, function(cfy_local) return cfy_local:outputs().port end))
      end)

      it("are made when the test runs", function()
         local calls = 0
         local test = test_utils.workflow_test(BLUEPRINT, {inputs = function()
            calls = calls + 1
            return {}
         end}, function() end)
         assert.equal(0, calls)
         test()
         assert.equal(1, calls)
      end)

      local cases = {
         {"twice", {inputs = {}, init_args = {inputs = {}}},
            "test_utils: inputs are given twice, as 'inputs' and in 'init_args'"},
         {"as a name", {inputs = "make_inputs"},
            "test_utils: argument 'inputs' must be a table, not a string"},
      }
      for _, case in ipairs(cases) do
         local what, options, message = table.unpack(case)
         it("cannot be given " .. what, function()
            assert.has_error(function()
               test_utils.workflow_test(BLUEPRINT, options, function() end)
            end, message)
            options[1] = BLUEPRINT
            assert.has_error(function() test_utils.local_env(options) end, message)
         end)
      end
   end)

   describe("the temporary folder", function()
      local function folder_of(cfy_local)
         return cfy_local.storage:get_workdir():match("^(.*)/store/")
      end

      it("is removed at the end of the test", function()
         local folder = run(BLUEPRINT, nil, folder_of)
         assert.truthy(folder)
         assert.is_false(files.exists(folder))
      end)

      it("is removed when the test raises", function()
         local folder
         assert.has_error(function()
            run(BLUEPRINT, nil, function(cfy_local)
               folder = folder_of(cfy_local)
               assert.is_true(files.exists(folder))
               error("no more", 0)
            end)
         end, "no more")
         assert.is_false(files.exists(folder))
      end)

      it("is removed where the deployment cannot be made", function()
         local ok, err = pcall(run, BLUEPRINT:gsub("Root", "Rot"),
            {temp_dir_prefix = "unmakeable"}, function() end)
         assert.is_false(ok)
         assert.matches("unknown node type 'cloudify.nodes.Rot'", tostring(err), 1, true)
         assert.is_nil(table.concat(files.list(files.temp_dir()), "\n"):match("unmakeable"))
      end)

      it("is removed at the end of the scope", function()
         local folder
         do
            local cfy_local <close> = test_utils.local_env {BLUEPRINT}
            folder = folder_of(cfy_local)
            assert.is_true(files.exists(folder))
         end
         assert.is_false(files.exists(folder))
      end)
   end)

   describe("local_env", function()
      it("takes the same arguments, relative to the file that calls it", function()
         local cfy_local <close> = local_tests.from(spec_file, "local_env") {
            "blueprint/alone.yaml", copy_plugin_yaml = true, inputs = {name = "scope"}}
         cfy_local:execute("install")
         assert.equal("Hello scope", cfy_local:outputs().greeting)
      end)

      it("takes the blueprint by its name, too", function()
         local cfy_local <close> = test_utils.local_env {path_or_blueprint = BLUEPRINT}
         assert.equal(80, cfy_local:outputs().port)
      end)

      it("cannot be used after its end", function()
         local cfy_local = test_utils.local_env {BLUEPRINT}
         cfy_local:close()
         cfy_local:close()
         assert.has_error(function() cfy_local:outputs() end,
            "the deployment is closed: its test is over")
      end)
   end)

   describe("workflow_test", function()
      it("needs no options", function()
         local ran
         test_utils.workflow_test(BLUEPRINT, function(cfy_local) ran = cfy_local.name end)()
         assert.equal("local", ran)
      end)

      it("hands on what the test is called with", function()
         local seen
         test_utils.workflow_test(BLUEPRINT, function(_, ...) seen = {...} end)(1, 2)
         assert.same({1, 2}, seen)
      end)

      it("gives each run a deployment of its own", function()
         local test = test_utils.workflow_test(BLUEPRINT, function(cfy_local)
            assert.same({}, cfy_local.storage:get_executions())
            cfy_local:execute("install")
         end)
         test()
         test()
      end)

      it("needs a function", function()
         assert.has_error(function() test_utils.workflow_test(BLUEPRINT, {}, "test") end,
            "workflow_test: the last argument must be a function")
      end)
   end)
end)
