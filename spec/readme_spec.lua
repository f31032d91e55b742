local cfy = require("spec.support.cfy")

local BUILD = os.getenv("CFY_BUILD")

describe("README", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("shows commands of cfy that work, in their order", function()
      local count = 0
      for line in io.lines("README.md") do
         local arguments = line:match("^    cfy (.*)$")
         if arguments then
            local result = world:sh(world:command() .. " " .. arguments)
            assert.equal(0, result.code, line .. "\n" .. result.err)
            count = count + 1
         end
      end
      assert.equal(10, count)
   end)

   it("names a program that embeds the library", function()
      local program = world:path("embed")
      local compile = ("cc %s examples/embed.c -Icore/include -L'%s' -lcloudify -Wl,-rpath,'%s' "
         .. "-o %s"):format(os.getenv("CFY_CFLAGS") or "", BUILD, BUILD, program)
      assert.equal(0, world:sh("ln -s libcloudify.so " .. world:path("libcloudify.so.0")
         .. "; cp '" .. BUILD .. "/libcloudify.so' " .. world:path("libcloudify.so")
         .. "; cp '" .. BUILD .. "/cloudify-worker' " .. world.folder).code)
      local built = world:sh(compile)
      assert.equal(0, built.code, built.err)
      local result = world:sh(("LD_LIBRARY_PATH=%s %s plugins/webserver/blueprint/blueprint.yaml "
         .. "%s plugins"):format(world.folder, program, world.store))
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find('"endpoint"', 1, true), result.out)
   end)
end)
