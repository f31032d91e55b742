local MockCloudifyContext = require("cloudify.mocks").MockCloudifyContext
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local mocks = require("cloudify.mocks")
local utils = require("cloudify.utils")

-- Within, package.loaded is the specs' own: tasks.lua gets a server that runs nothing.
insulate("webserver.tasks", function()
   local calls, server, tasks, ctx

   --- A server that answers on port 8123 once it has been looked at `polls` times.
   local function fake_server(polls)
      return {
         start = function(_, ...)
            table.insert(calls, {"start", ...})
            return 4711
         end,
         port = function()
            polls = polls - 1
            return polls < 0 and 8123 or nil
         end,
         answers = function() return true end,
         is_running = function(_, pid) return pid == 4711 end,
         stop = function(_, ...) table.insert(calls, {"stop", ...}) end,
      }
   end

   local function mock(runtime_properties, retry_number)
      return MockCloudifyContext {
         node_id = "web_1", node_name = "web", deployment_id = "shop",
         properties = {port = 0, address = "127.0.0.1", page = "page.html", title = "Hello"},
         runtime_properties = runtime_properties,
         operation = {name = "start", retry_number = retry_number},
         resources = {["page.html"] = "{{ title }} from {{ ctx.deployment.id }}"},
      }
   end

   setup(function()
      package.loaded["webserver.tasks"] = nil
      package.loaded["webserver.server"] = {new = function()
         return setmetatable({}, {__index = function(_, name) return server[name] end})
      end}
      tasks = require("webserver.tasks")
   end)

   before_each(function()
      calls, server = {}, fake_server(0)
   end)

   describe("create", function()
      after_each(function()
         files.remove_tree(ctx.instance.runtime_properties.webserver_root)
      end)

      it("renders the page into a folder of its own", function()
         ctx = mock()
         mocks.run(tasks.create, ctx)
         local root = mocks.saved(ctx).webserver_root
         assert.equal("Hello from shop", files.read(files.join(root, "index.html")))
         assert.equal("The page is rendered to " .. root, mocks.logs(ctx, "info")[2].message)
      end)

      it("saves the folder before it goes on, so that a repetition makes no second one", function()
         ctx = mock()
         tasks.create(ctx)  -- by hand: nothing is saved at its end
         local root = mocks.saved(ctx).webserver_root
         assert.is_true(files.is_dir(root))
         tasks.create(ctx)
         assert.equal(root, ctx.instance.runtime_properties.webserver_root)
      end)
   end)

   describe("start", function()
      before_each(function() ctx = mock({webserver_root = "/root-of-it"}) end)

      it("starts the server and stores its port", function()
         mocks.run(tasks.start, ctx)
         assert.same({{"start", "/root-of-it", "127.0.0.1", 0}}, calls)
         assert.same({webserver_root = "/root-of-it", webserver_pid = 4711, port = 8123},
            mocks.saved(ctx))
      end)

      it("asks for a retry until the server answers, and starts it once", function()
         server = fake_server(1)
         local ok, retry = utils.try(mocks.run, tasks.start, ctx)
         assert.is_false(ok)
         assert.is_true(exceptions.is(retry, "OperationRetry"))
         assert.equal(4711, mocks.saved(ctx).webserver_pid)
         mocks.run(tasks.start, mock(mocks.saved(ctx)))
         assert.equal(1, #calls)
      end)

      it("waits longer from retry to retry, but never for long", function()
         server = fake_server(100)
         for number, wait in pairs {[0] = 0.1, [2] = 0.4, [20] = 5} do
            local _, retry = utils.try(mocks.run, tasks.start, mock({}, number))
            assert.equal(wait, retry.retry_after)
         end
      end)

      it("fails for good, with the cause, when the server has ended", function()
         server.port = function() error("Address already in use", 0) end
         local ok, err = utils.try(mocks.run, tasks.start, ctx)
         assert.is_false(ok)
         assert.is_true(exceptions.is(err, "NonRecoverableError"))
         assert.equal("Failed to start the HTTP server on port 0", err.message)
         assert.equal("Address already in use", err.causes[1].message)
         assert.is_nil(mocks.saved(ctx).webserver_pid)
      end)
   end)

   describe("check_status", function()
      it("is content with a server that answers", function()
         assert.has_no_error(function() mocks.run(tasks.check_status, mock({port = 8123})) end)
      end)

      it("fails for one that does not, or was never started", function()
         server.answers = function() return false end
         for _, runtime_properties in ipairs {{port = 8123}, {}} do
            local ok, err = utils.try(mocks.run, tasks.check_status, mock(runtime_properties))
            assert.is_false(ok)
            assert.equal("The HTTP server does not answer", err.message)
         end
      end)
   end)

   describe("stop", function()
      it("stops the server and forgets it, with its folder", function()
         local root = files.mkdtemp("webserver-")
         ctx = mock({webserver_root = root, webserver_pid = 4711, port = 8123})
         mocks.run(tasks.stop, ctx)
         assert.same({{"stop", 4711, root}}, calls)
         assert.is_false(files.exists(root))
         assert.same({}, mocks.saved(ctx))
      end)

      it("stops nothing that does not run", function()
         ctx = mock({webserver_pid = 1})
         mocks.run(tasks.stop, ctx)
         assert.same({}, calls)
         assert.equal("HTTP server is not running", mocks.logs(ctx)[1].message)
      end)
   end)
end)
