local render = require("cloudify.template").render

describe("cloudify.template", function()
   local cases = {
      {"substitutes dotted paths", "a {{ x.y }} {{z}}\n", {x = {y = 5}, z = "q"}, "a 5 q"},
      {"renders a missing name as nothing", "[{{ a.b.c }}]", {}, "[]"},
      {"indexes lists", "{{ list.2 }}", {list = {"a", "b"}}, "b"},
      {"leaves text without markers alone", "a { b }\n", {}, "a { b }\n"},
   }
   for _, case in ipairs(cases) do
      local name, text, variables, expected = table.unpack(case)
      it(name, function() assert.equal(expected, render(text, variables)) end)
   end

   local refused = {
      {"statements", "a\n{% if x %}", "template line 2: '{%' is not supported"},
      {"filters", "{{ x | upper }}", "template line 1: '{{ x | upper }}' is not a dotted name"},
      {"an open marker", "\n\n{{ x", "template line 3: '{{' is not closed"},
   }
   for _, case in ipairs(refused) do
      local name, text, message = table.unpack(case)
      it("refuses " .. name .. " with the line", function()
         local ok, err = pcall(render, text, {})
         assert.is_false(ok)
         assert.equal(message, err.message)
      end)
   end
end)
