local cfy = require("spec.support.cfy")

local BUILD = os.getenv("CFY_BUILD")

describe("make install", function()
   local world

   before_each(function()
      world = cfy.world()
      -- As a packager does: to a prefix below DESTDIR that the build has never heard of.
      local result = world:sh(("tools/install %s %s /opt/cfy /opt/cfy/libexec"):format(BUILD,
         world:path("dest")))
      assert.equal(0, result.code, result.err)
   end)
   after_each(function() world:remove() end)

   it("gives a cfy that finds its worker", function()
      local program = "CFY_STORE=" .. world.store .. " " .. world:path("dest/opt/cfy/bin/cfy ")
      local result = world:sh(program
         .. "install plugins/webserver/blueprint/blueprint.yaml --plugins plugins -d web")
      local removed = world:sh(program .. "uninstall web")
      assert.equal(0, result.code, result.err)
      assert.equal(0, removed.code, removed.err)
   end)

   it("gives what writers of plugins need", function()
      local program = "CFY_STORE=" .. world.store .. " " .. world:path("dest/opt/cfy/bin/cfy ")
      local result = world:sh(("cd %s && %s plugins new x && cd x && %s plugins check && %s "
         .. "plugins test -o TAP"):format(world.folder, program, program, program))
      assert.equal(0, result.code, result.out .. result.err)
      assert.truthy(result.out:find("ok 1 - ", 1, true), result.out)
   end)

   it("gives a library that finds its worker, whatever program embeds it", function()
      local program, prefix = world:path("elsewhere/embed"), world:path("dest/opt/cfy")
      local built = world:sh(("mkdir %s && PKG_CONFIG_PATH=%s/lib/pkgconfig "
         .. "PKG_CONFIG_SYSROOT_DIR=%s sh -c 'cc %s examples/embed.c "
         .. "$(pkg-config --cflags --libs cloudify) -o %s'"):format(world:path("elsewhere"),
         prefix, world:path("dest"), os.getenv("CFY_CFLAGS") or "", program))
      assert.equal(0, built.code, built.err)
      local result = world:sh(("LD_LIBRARY_PATH=%s/lib %s "
         .. "plugins/webserver/blueprint/blueprint.yaml %s plugins"):format(prefix, program,
         world.store))
      assert.equal(0, result.code, result.err)
   end)

   it("gives editors the annotations of the Lua API", function()
      local there = world:sh("ls " .. world:path("dest/opt/cfy/share/cloudify/lua/types")).out
      assert.equal(world:sh("ls lua/types").out, there)
   end)

   it("exports nothing but the embedding API", function()
      local result = world:sh("nm -D --defined-only "
         .. world:path("dest/opt/cfy/lib/libcloudify.so"))
      assert.equal(0, result.code, result.err)
      for name in result.out:gmatch("%x+ %a (%S+)") do
         assert.truthy(name:find("^cloudify_") or os.getenv("CFY_CFLAGS") ~= "", name)
      end
   end)
end)
