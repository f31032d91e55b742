--- The ctx that unit tests of plugins get: runtime.md 9.2, and what it refuses: as the real one.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local mocks = require("cloudify.mocks")
local refusal = require("spec.support.refusal")

local MockCloudifyContext = mocks.MockCloudifyContext

describe("MockCloudifyContext of a node", function()
   local ctx

   before_each(function()
      ctx = MockCloudifyContext {
         node_id = "web_1", node_name = "web", node_type = "app.Server",
         properties = {port = 80, tree = {list = {1, 2}}}, runtime_properties = {pid = 7},
         blueprint_id = "shop", deployment_id = "shop-1", execution_id = "e1",
      }
   end)

   it("runtime.md 9.2: node_id and node_name make ctx.instance and ctx.node", function()
      assert.equal("node-instance", ctx.type)
      assert.same({"web_1", "web", "web", "app.Server"},
         {ctx.instance.id, ctx.node.id, ctx.node.name, ctx.node.type})
      assert.equal("web", ctx.instance.node.id)
   end)

   it("runtime.md 9.2: ctx.node.properties and ctx.instance.runtime_properties are as given",
      function()
         assert.equal(2, ctx.node.properties.tree.list[2])
         assert.same({pid = 7}, cloudify.totable(ctx.instance.runtime_properties))
      end)

   it("runtime.md 9.2: relationships and runtime properties are empty, the index is the first",
      function()
         ctx = MockCloudifyContext {node_id = "web_1"}
         assert.equal(0, #ctx.instance.relationships)
         assert.is_true(cloudify.is_empty(ctx.instance.runtime_properties))
         assert.equal(1, ctx.instance.index)
         assert.equal(3, MockCloudifyContext {node_id = "w", index = 3}.instance.index)
      end)

   it("runtime.md 9.2: blueprint, deployment and execution", function()
      assert.same({"shop", "shop-1", "e1"},
         {ctx.blueprint.id, ctx.deployment.id, ctx.execution_id})
      assert.equal("started", ctx:get_execution().status)
   end)

   it("is the class that operations get at run time", function()
      assert.equal("userdata", type(ctx))
      assert.equal("ctx has no field 'instnace' (did you mean 'instance'?)",
         refusal(function() return ctx.instnace end))
      assert.equal("ctx.logger.info() is called with a dot, use ':' - ctx.logger:info(...)",
         refusal(function() ctx.logger.info("x") end))
      assert.equal("ctx.instance.update() is called with a dot, use ':' - ctx.instance:update(...)",
         refusal(function() ctx.instance.update() end))
   end)

   it("has the types that its type is derived from", function()
      assert.same({"cloudify.nodes.Root", "app.Server"}, cloudify.totable(ctx.node.type_hierarchy))
      ctx = MockCloudifyContext {node_id = "vm", node_type = "cloudify.nodes.Compute"}
      assert.is_nil(ctx.agent.script_path)
   end)

   it("refuses an assignment to the properties of the node, at every depth", function()
      assert.equal("Cannot override read only properties",
         refusal(function() ctx.node.properties.port = 81 end))
      assert.equal("Cannot override read only properties",
         refusal(function() ctx.node.properties.tree.list[1] = 0 end))
   end)

   it("refuses the ends of a relationship", function()
      assert.equal("ctx.source/ctx.target can only be used in a relationship-instance context but "
         .. "used in a node-instance context", refusal(function() return ctx.source end))
   end)

   for name, value in pairs {["a function"] = print, ["a coroutine"] = coroutine.create(print),
         ["NaN"] = 0 / 0, ["text that is not UTF-8"] = "\xff"} do
      it("refuses " .. name .. " among the runtime properties", function()
         assert.truthy(refusal(function() ctx.instance.runtime_properties.bad = value end)
            :find("bad", 1, true))
         assert.truthy(refusal(MockCloudifyContext, {node_id = "a",
            runtime_properties = {list = {{bad = value}}}})
            :find("MockCloudifyContext: runtime_properties.list[1].bad: ", 1, true))
      end)
   end

   it("saves runtime properties when it is told to, not before", function()
      ctx.instance.runtime_properties.pid = 8
      assert.equal(7, mocks.saved(ctx).pid)
      ctx.instance:update()
      assert.equal(8, mocks.saved(ctx).pid)
   end)

   it("keeps a copy of the tables that it is given", function()
      local given = {pid = 1}
      ctx = MockCloudifyContext {node_id = "a", runtime_properties = given}
      ctx.instance.runtime_properties.pid = 2
      given.pid = 3
      assert.equal(2, ctx.instance.runtime_properties.pid)
   end)

   it("has what a host, scaling groups and a check of drift leave behind", function()
      ctx = MockCloudifyContext {
         node_id = "vm_1", host_id = "vm_1", runtime_properties = {ip = "10.0.0.5"},
         scaling_groups = {pair_1 = "pair"}, drift = {size = 2},
      }
      assert.equal("10.0.0.5", ctx.instance.host_ip)
      assert.equal("pair", ctx.instance.scaling_groups.pair_1)
      assert.equal(2, ctx.instance.drift.size)
   end)
end)

describe("a mock and others who change the same instance", function()
   local ctx

   before_each(function()
      ctx = MockCloudifyContext {node_id = "web_1", runtime_properties = {ours = 1}}
      ctx.instance.runtime_properties.ours = 2
      mocks.save_elsewhere(ctx, {theirs = 1})
   end)

   it("refuses an update that is based on what has changed meanwhile", function()
      local ok, err = pcall(ctx.instance.update, ctx.instance)
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, "StorageConflictError"))
      assert.same({theirs = 1}, mocks.saved(ctx))
   end)

   it("lets a handler of conflicts merge both", function()
      ctx.instance:update(function(ours, latest)
         latest.ours = ours.ours
         return latest
      end)
      assert.same({ours = 2, theirs = 1}, mocks.saved(ctx))
      assert.equal(2, #mocks.calls(ctx, "update_instance"))
   end)

   it("shows what they have saved after a refresh, which loses nothing unless forced", function()
      assert.truthy(refusal(ctx.instance.refresh, ctx.instance):find("refresh would lose", 1, true))
      ctx.instance:refresh(true)
      assert.same({theirs = 1}, cloudify.totable(ctx.instance.runtime_properties))
   end)
end)

describe("MockCloudifyContext of a deployment", function()
   it("runtime.md 9.2: all arguments are optional", function()
      for _, ctx in ipairs {MockCloudifyContext(), MockCloudifyContext {}} do
         assert.equal("deployment", ctx.type)
         assert.is_nil(ctx.deployment.id)
         assert.truthy(refusal(function() return ctx.node end):find("deployment context", 1, true))
         assert.truthy(refusal(function() return ctx.capabilities end))
      end
   end)
end)

describe("what a mock tells of its operation and surroundings", function()
   it("runtime.md 9.2: operation is what ctx.operation says", function()
      local ctx = MockCloudifyContext {node_id = "a", operation = {
         name = "cloudify.interfaces.lifecycle.start", retry_number = 2, max_retries = 5,
         timeout = 60}}
      assert.same({"cloudify.interfaces.lifecycle.start", 2, 5, 60}, {ctx.operation.name,
         ctx.operation.retry_number, ctx.operation.max_retries, ctx.timeout})
      ctx = MockCloudifyContext {node_id = "a"}
      assert.same({0, -1}, {ctx.operation.retry_number, ctx.operation.max_retries})
   end)

   it("keeps what ctx.operation:retry asks for; the last call counts", function()
      local ctx = MockCloudifyContext {node_id = "a"}
      assert.is_nil(mocks.retry(ctx))
      ctx.operation:retry("first", 1)
      ctx.operation:retry {message = "not ready", retry_after = 30}
      local retry = mocks.retry(ctx)
      assert.is_true(exceptions.is(retry, "OperationRetry"))
      assert.same({"not ready [retry_after=30]", 30}, {retry.message, retry.retry_after})
   end)

   it("runtime.md 9.2: plugin is what ctx.plugin says, with a workdir of its own", function()
      local ctx = MockCloudifyContext {plugin = {name = "web", package_version = "1.2",
         properties = {colour = {value = "blue"}}}}
      assert.equal("web", tostring(ctx.plugin))
      assert.equal("1.2", ctx.plugin.package_version)
      assert.equal("blue", ctx.plugin.properties.colour.value)
      assert.is_true(files.is_dir(ctx.plugin.workdir))
   end)

   it("runtime.md 9.2: tenant, provider_context and bootstrap_context", function()
      local ctx = MockCloudifyContext {tenant = {name = "t"}, provider_context = {region = "eu"},
         bootstrap_context = {resources_prefix = "p-"}}
      assert.equal("t", ctx.tenant.name)
      assert.equal("eu", ctx.provider_context.region)
      assert.equal("p-", ctx.bootstrap_context.resources_prefix)
      assert.is_true(cloudify.is_empty(MockCloudifyContext().provider_context))
      assert.equal("", MockCloudifyContext().bootstrap_context.resources_prefix)
   end)

   it("runtime.md 9.2: get_config is empty, managers and brokers are this machine", function()
      local ctx = MockCloudifyContext()
      assert.same({}, ctx:get_config())
      assert.equal("localhost", ctx:get_managers()[1].hostname)
      assert.equal("localhost", ctx:get_brokers("default")[1].hostname)
      assert.equal(0, #ctx:get_brokers("other"))
   end)

   it("runtime.md 9.2: config, managers and brokers are as given", function()
      local ctx = MockCloudifyContext {config = {{name = "a"}}, brokers = {},
         managers = {{hostname = "m", networks = {inner = "10.0.0.1"}}}}
      assert.same({{name = "a"}}, ctx:get_config())
      assert.equal("m", ctx:get_managers("inner")[1].hostname)
      assert.same({0, 0}, {#ctx:get_managers(), #ctx:get_brokers()})
   end)

   it("has secrets; one that it has not is refused", function()
      local ctx = MockCloudifyContext {secrets = {token = "t", port = 1}}
      assert.equal("t", ctx:get_secret("token"))
      local ok, err = pcall(ctx.get_secret, ctx, "tokn")
      assert.same({false, "no secret 'tokn', did you mean 'token'?"}, {ok, err.message})
   end)

   it("knows workflow, task, tags and whether it resumes", function()
      local ctx = MockCloudifyContext {
         workflow_id = "install", workflow_parameters = {force = true},
         task_id = "t1", task_name = "web.tasks.start", resume = true,
         deployment_id = "d", deployment_display_name = "The shop", resource_tags = {owner = "me"},
         execution_env = {A = "b"},
      }
      assert.same({"install", true, "t1", "web.tasks.start", true, "The shop", "me", "b"},
         {ctx.workflow_id, ctx.workflow_parameters.force, ctx.task_id, ctx.task_name, ctx.resume,
            ctx.deployment.display_name, ctx.deployment.resource_tags.owner, ctx.execution_env.A})
   end)
end)

describe("what a mock keeps of what it was told", function()
   it("runtime.md 9.2: logger keeps the records of every level", function()
      local ctx = MockCloudifyContext {node_id = "a"}
      ctx.logger:debug("one")
      ctx.logger:warn("%d of %s", 2, "two")
      assert.same({{level = "debug", logger = "ctx.cloudify_plugin", message = "one"},
         {level = "warning", logger = "ctx.cloudify_plugin", message = "2 of two"}},
         mocks.logs(ctx))
      assert.equal("2 of two", mocks.logs(ctx, "warning")[1].message)
      assert.same({}, mocks.logs(ctx, "error"))
   end)

   it("keeps the texts of events", function()
      local ctx = MockCloudifyContext()
      ctx:send_event("half way")
      assert.same({"half way"}, mocks.events(ctx))
   end)

   it("says so when it is asked about a ctx that is none", function()
      local ok, message = pcall(mocks.logs, {})
      assert.is_false(ok)
      assert.matches("bad argument #1 to 'logs' (cloudify.ctx expected, got table)", message, 1,
         true)
   end)
end)

describe("resources of a mock", function()
   local ctx

   before_each(function()
      ctx = MockCloudifyContext {node_id = "a", resources = {
         ["index.html"] = "<h1>{{ title }}</h1>", ["conf/a/b.ini"] = "x=1\n"}}
   end)

   it("runtime.md 9.2: get_resource and download_resource give the texts", function()
      assert.equal("x=1\n", ctx:get_resource("conf/a/b.ini"))
      local path = ctx:download_resource("conf/a/b.ini")
      assert.equal("b.ini", path:match("[^/]*$"))
      assert.equal("x=1\n", files.read(path))
   end)

   it("are rendered", function()
      assert.equal("<h1>Hi</h1>", ctx:get_resource_and_render("index.html", {title = "Hi"}))
      local path = files.join(ctx:local_deployment_workdir(), "page.html")
      assert.equal(path, ctx:download_resource_and_render("index.html", path, {title = "Hi"}))
      assert.equal("<h1>Hi</h1>", files.read(path))
   end)

   it("runtime.md 9.2: an unknown one is refused", function()
      local ok, err = pcall(ctx.get_resource, ctx, "other.html")
      assert.is_false(ok)
      assert.truthy(err.message:find("resource 'other.html': there is no such file", 1, true))
   end)

   it("may be a folder", function()
      ctx = MockCloudifyContext {resources = "plugins/webserver/blueprint"}
      assert.equal(files.read("plugins/webserver/blueprint/resources/index.html"),
         ctx:get_resource("resources/index.html"))
   end)

   it("cannot lie outside of the blueprint's folder", function()
      for _, path in ipairs {"/etc/passwd", "../x"} do
         assert.equal(("MockCloudifyContext: resources: the path '%s' leads out of the blueprint's "
            .. "folder"):format(path), refusal(MockCloudifyContext, {resources = {[path] = "x"}}))
      end
   end)

   it("runtime.md 9.2: files of the deployment are kept with the mock", function()
      local source = ctx:download_resource("conf/a/b.ini")
      ctx:upload_deployment_file("kept.ini", source)
      assert.equal("x=1\n", ctx:get_resource("kept.ini"))
      ctx:delete_deployment_file("kept.ini")
      assert.matches("resource 'kept.ini': there is no such file",
         refusal(ctx.get_resource, ctx, "kept.ini"), 1, true)
   end)

   it("go with the mock", function()
      local folder = ctx:local_deployment_workdir()
      assert.is_true(files.is_dir(folder))
      ctx = nil
      collectgarbage()
      collectgarbage()
      assert.is_false(files.exists(folder))
   end)
end)
