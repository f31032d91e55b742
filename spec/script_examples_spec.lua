--- Blueprints of shell scripts as people write them for Cloudify: those in examples/.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json
local script = require("spec.support.script")

describe("the example", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("temp/.keep", "")
   end)
   after_each(function() world:remove() end)

   --- Not one of those that the system gives to whoever asks for any, as other specs do meanwhile.
   local function free_port()
      return world:sh([[python3 -c 'import random, socket
while True:
    port = random.randrange(20000, 32768)
    with socket.socket() as s:
        if s.connect_ex(("127.0.0.1", port)):
            print(port)
            break']]).out:match("%d+")
   end

   local function page(port)
      return world:sh(("curl -s http://127.0.0.1:%s/"):format(port))
   end

   --- Whether nobody listens there any more; a server that was told to end takes a moment.
   local function is_refused(port)
      return cfy.eventually(function() return page(port).code == 7 end)
   end

   local function run(...)
      local result = world:sh("TMPDIR=" .. world:path("temp") .. " " .. world:command(...))
      assert.equal(0, result.code, result.err .. result.out)
      return result
   end

   local function uninstall(port)
      run("uninstall", "example")
      assert.is_true(is_refused(port))
      assert.equal("", world:sh("find " .. world:path("temp") .. " -name '*.html'").out)
   end

   it("hello-world serves its page", function()
      local port = free_port()
      run("install", "examples/hello-world/blueprint.yaml", "-d", "example", "-i", "port=" .. port,
         "-i", "greeting=Good morning")
      local answer = page(port)
      assert.truthy(answer.out:find("<h1>Good morning</h1>", 1, true), answer.out)
      assert.truthy(answer.out:find("Deployment example, instance web_server_", 1, true))
      local outputs = world:cfy("outputs", "example", "--json").out
      assert.truthy(outputs:find("http://127.0.0.1:" .. port .. "/", 1, true), outputs)
      uninstall(port)
   end)

   it("bookshop tells the shop where the store is, and sells its books", function()
      local store_port, shop_port = free_port(), free_port()
      run("install", "examples/bookshop/blueprint.yaml", "-d", "example",
         "-i", "store_port=" .. store_port, "-i", "shop_port=" .. shop_port)
      assert.truthy(page(shop_port).out:find("<li>Ulysses</li>", 1, true))
      assert.truthy(script.has(script.logs(world, "example"), "For sale: Emma"))
      local shop = script.properties(world, "example", "shop")
      assert.same({host = "127.0.0.1", port = store_port}, shop.store)
      local store = script.properties(world, "example", "store")
      assert.equal(3, store.count)
      assert.truthy(store.clients.shop:find("^shop_"))
      assert.equal(shop_port, tostring(json.decode(
         world:cfy("outputs", "example", "--json").out).endpoint.port))
      uninstall(shop_port)
      assert.is_true(is_refused(store_port))
   end)
end)
