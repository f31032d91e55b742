--- The manual cfy(1) and `cfy COMMAND --help` tell of the same commands and options.
local cfy = require("spec.support.cfy")
local keys = require("cloudify.sets").keys

--- What the manual writes: `-d` and `--deployment-id` of `Fl d , -deployment-id`.
local function options_of_manual(text)
   local found = {}
   for _, form in ipairs {"%f[%w]Fl (%-?%w[%w%-]*)", "%f[%w]Fl %w , (%-%w[%w%-]*)"} do
      for name in text:gmatch(form) do
         found["-" .. name] = true
      end
   end
   return found
end

describe("the manual of cfy", function()
   local world, manual, commands

   setup(function()
      world = cfy.world()
      manual = world:read("docs/cfy.1")
      commands = {}
      for line in world:cfy("--help").out:match("commands:\n(.-)\n\n"):gmatch("[^\n]+") do
         local words = line:match("^  ([%l][%l%-]* ?[%l%-]*)%f[^%l%-]")
         table.insert(commands, (words:gsub(" $", "")))
      end
      assert.is_true(#commands > 30)
   end)
   teardown(function() world:remove() end)

   it("has each command, and no other", function()
      local told, known = {}, {}
      for name in manual:gmatch("\n%.It Cm (%l[%l%-]* ?[%l%-]*)") do
         told[name:gsub(" $", "")] = true
      end
      for _, name in ipairs(commands) do
         known[name] = true
      end
      assert.same(keys(known), keys(told))
   end)

   it("has each option in its long and its short form, and no other", function()
      local known = {["--version"] = true, ["--timeout"] = true} -- of cfy, and of plugins test
      for _, name in ipairs(commands) do
         local help = world:sh(world:command() .. " " .. name .. " --help").out
         for line in help:gmatch("[^\n]+") do
            local letter, long = line:match("^  (%-%a), (%-%-[%l%-]+)")
            long = long or line:match("^      (%-%-[%l%-]+)")
            if long then
               known[long] = true
            end
            if letter then
               known[letter] = true
            end
         end
      end
      assert.same(keys(known), keys(options_of_manual(manual)))
   end)
end)
