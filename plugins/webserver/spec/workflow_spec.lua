local aio = require("cloudify.aio")
local files = require("cloudify.files")
local test_utils = require("cloudify.test_utils")

local local_env, workflow_test = test_utils.local_env, test_utils.workflow_test

--- The page that the deployment says it serves, and its status.
local function fetch(cfy_local)
   local response = aio.request {url = cfy_local:outputs().endpoint.url, timeout = 5}
   return response.status, response.body
end

describe("webserver", function()
   --- A test of the plugin's own blueprint.
   local function test(test_function)
      return workflow_test("blueprint/blueprint.yaml", {copy_plugin_yaml = true}, test_function)
   end
   local retries = {task_retries = 60, task_retry_interval = 0.1}

   it("serves the page", test(function(cfy_local)
      cfy_local:execute("install", retries)
      local status, page = fetch(cfy_local)
      local instance = cfy_local.storage:get_node_instances("webserver")[1]
      cfy_local:execute("uninstall")
      assert.equal(200, status)
      assert.matches("<h1>Hello from Cloudify</h1>", page, 1, true)
      assert.matches("node instance " .. instance.id, page, 1, true)
      assert.is_string(instance.runtime_properties.webserver_root)
   end))

   it("is gone after an uninstall", test(function(cfy_local)
      cfy_local:execute("install", retries)
      local url = cfy_local:outputs().endpoint.url
      local root = cfy_local.storage:get_node_instances("webserver")[1].runtime_properties
         .webserver_root
      cfy_local:execute("uninstall")
      assert.is_false(pcall(aio.request, {url = url, timeout = 5}))
      assert.is_false(files.exists(root))
      assert.same({}, cfy_local.storage:get_node_instances("webserver")[1].runtime_properties)
   end))

   it("says why the server cannot start", test(function(cfy_local)
      cfy_local:execute("install", retries)
      local ok, err
      do
         local second <close> = local_env {"blueprint/blueprint.yaml",
            inputs = {port = cfy_local:outputs().endpoint.port}}
         ok, err = pcall(second.execute, second, "install", retries)
         second:execute("uninstall")
      end
      cfy_local:execute("uninstall")
      assert.is_false(ok)
      assert.matches("Failed to start the HTTP server on port %d+", err.message)
      assert.matches("Address already in use", err.message, 1, true)
   end))

   it("works in a worker, too", test(function(cfy_local)
      cfy_local:execute("install", {task_retries = 60, task_retry_interval = 0.1, isolated = true})
      local status = fetch(cfy_local)
      cfy_local:execute("uninstall", {isolated = true})
      assert.equal(200, status)
   end))
end)
