local bytecode = require("cloudify.plugin_kit.bytecode")
local coverage = require("cloudify.plugin_kit.coverage")

local function compile(text)
   return assert(load(text, "=test", "t"))
end

describe("cloudify.plugin_kit.bytecode", function()
   it("reads functions with what is in them, and with their lines", function()
      local main = bytecode.read(compile("local a = 1\nlocal function b(...)\nreturn a, 2.5\nend"))
      assert.is_true(main.is_vararg)
      local inner = main.functions[1]
      assert.is_true(inner.is_vararg)
      assert.same({"a"}, inner.upvalues)
      assert.same({2.5}, inner.constants)
      assert.equal(#inner.code, #inner.lines)
      assert.equal(3, inner.lines[2])
   end)

   it("knows the line behind hundreds of empty ones, and of the hundredth instruction", function()
      local text = "local a\n" .. ("\n"):rep(1000) .. ("a = 7\n"):rep(300)
      local lines = bytecode.read(compile(text)).lines
      assert.equal(1301, lines[#lines - 1])
   end)
end)

describe("coverage", function()
   local cases = {
      {"is about statements", "local a = 1\n-- comment\n\nreturn a", {1, 4}},
      {"is not about the ends of functions", "local function f(...)\n   f()\nend", {2, 3}},
      {"is about functions within functions",
         "return {\nf = function()\nreturn function()\nreturn 1\nend\nend\n}",
         {1, 4, 5, 6, 7}},
      {"of an empty source is about nothing", "", {}},
   }
   for _, case in ipairs(cases) do
      local name, text, expected = table.unpack(case)
      it(name, function() assert.same(expected, coverage.lines(compile(text))) end)
   end

   it("counts no line that a run of the whole leaves out", function()
      local text, run = "local t = {}\nfor i = 1, 2 do\n   t[i] = i\nend\nreturn function(...)\n"
         .. "   if ... then\n      return 1\n   end\n   return 2\nend", {}
      local chunk = compile(text)
      debug.sethook(function(_, line)
         run[line] = run[line] or debug.getinfo(2, "S").source == "=test" or nil
      end, "l")
      local f = chunk()
      f(true)
      f(false)
      debug.sethook()
      assert.same({name = "t", count = 7, missed = "", missed_count = 0},
         coverage.compare("t", chunk, run))
   end)

   it("takes missed lines together that have none between them which was run", function()
      local chunk = compile("local a\na = 1\na = 2\n\n\na = 4\na = 5\na = 6\na = 7\n")
      assert.equal("3-6 8", coverage.compare("t", chunk, {true, true, nil, nil, nil, nil, true,
         nil, true}).missed)
   end)

   it("tells of each file, and of all", function()
      assert.equal([[
Lines run:
  50 %      1 of     2  a.lua  not: 2
 100 %      0 of     0  b.lua
  50 %      1 of     2  all together
]], coverage.table {
         {name = "a.lua", count = 2, missed = "2", missed_count = 1},
         {name = "b.lua", count = 0, missed = "", missed_count = 0},
      })
   end)

   it("knows files of a folder by their path in it", function()
      local name = coverage.below("/p")
      assert.equal("x/y.lua", (name("./x/y.lua")))
      assert.equal("x.lua", (name("/p/x.lua")))
      assert.equal("/q/x.lua", (name("/q/x.lua")))
   end)
end)
