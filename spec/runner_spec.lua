local cfy = require("spec.support.cfy")

describe("lua-runner", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function run(arguments)
      return world:sh(("cd '%s' && '%s/lua-runner' %s"):format(world.folder, os.getenv("CFY_BUILD"),
         arguments))
   end

   it("is Lua 5.4, whatever `lua` is on this machine", function()
      assert.equal("Lua 5.4", _VERSION)
   end)

   it("hands its arguments to a script, however many there are", function()
      world:write("count.lua", "print(select('#', ...), #arg, ..., arg[#arg])")
      local result = run("count.lua $(seq 2000)")
      assert.equal("2000\t2000\t1\t2000\n", result.out:gsub("\t2\t3.*\t(2000\n)$", "\t%1"))
   end)

   it("hands a module the rest of the command line as `arg`", function()
      world:write("tell.lua", "return function() print(arg[0], arg[1], #arg) end")
      local result = run("-m tell one two")
      assert.equal("tell\tone\t2\n", result.out, result.err)
   end)

   it("runs code before the script, and tells its errors with their place", function()
      local result = run([[-e 'x = 7' -e 'error("bad luck")']])
      assert.equal(1, result.code)
      assert.matches('lua%-runner: %[string "error%("bad luck"%)"%]:1: bad luck\nstack traceback:',
         result.err)
   end)
end)
