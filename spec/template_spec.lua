--- Templates as Lua sees them. That they mean what Jinja2 means is in template_jinja_spec.lua.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local refusal = require("spec.support.refusal")
local template = require("cloudify.template")

local render = template.render

describe("cloudify.template", function()
   local cases = {
      {"substitutes values", "a {{ x.y }} {{z}}\n", {x = {y = 5}, z = "q"}, "a 5 q"},
      {"renders a missing name as nothing", "[{{ a }}]", {}, "[]"},
      {"counts the items of lists from 0", "{{ list.0 }}{{ list[1] }}", {list = {"a", "b"}}, "ab"},
      {"leaves text without markers alone", "a { b } % #\r\n", {}, "a { b } % #\r\n"},
      {"prints as Python does", "{{ [x, y, z, true, none, 'it''s'] }}", {x = 1, y = 1.0, z = "a"},
         "[1, 1.0, 'a', True, None, 'its']"},
      {"takes false for a value", "{{ x }}{{ x is defined }}", {x = false}, "FalseTrue"},
      {"takes null for None", "{{ x }}{{ x is none }}", {x = cloudify.null}, "NoneTrue"},
      {"sorts the keys of a plain table", "{{ t }}{% for k in t %}{{ k }}{% endfor %}",
         {t = {b = 1, a = 2, c = 3}}, "{'a': 2, 'b': 1, 'c': 3}abc"},
      {"keeps the order of a dict of its own", "{{ {'b': 1, 'a': 2} }}", {}, "{'b': 1, 'a': 2}"},
      {"takes an empty table for a dict", "{{ t }}", {t = {}}, "{}"},
      {"takes a marked one for a list", "{{ t }}", {t = cloudify.array {}}, "[]"},
      {"calls functions that were passed", "{{ f(1, 2) }}", {f = function(a, b) return a + b end},
         "3"},
      {"hands named arguments over in a table", "{{ f('x', n=[1, {'k': 2}]) }}",
         {f = function(x, named) return x .. named.n[1] .. named.n[2].k end}, "x12"},
      {"calls what a table has as a function", "{{ t.f(1) }}",
         {t = {f = function(...) return select("#", ...) end}}, "1"},
      {"calls what its class has as a method", "{{ t.f(1) }}", {t = setmetatable({n = 5},
         {__index = {f = function(self, x) return self.n + x end}})}, "6"},
      {"sees nothing where a function returns nothing", "[{{ f() }}]{{ f() is defined }}",
         {f = function() end}, "[]False"},
      {"passes nothing for what is undefined", "{{ f(nope) }}", {f = type}, "nil"},
      {"lets variables hide functions of its own", "{{ range }}", {range = 5}, "5"},
      {"has a key before a method of the same name", "{{ d.items }}{{ d.items()|length }}",
         {d = {items = 7}}, "71"},
      {"drops one line break at the end", "{{ x }}\n\n", {x = 1}, "1\n"},
      {"makes line breaks alike", "{{ x }}\r\na\rb", {x = 1}, "1\na\nb"},
      {"knows strings that are no UTF-8", "{{ x|length }}{{ x }}", {x = "\xff\xfe"}, "2\xff\xfe"},
   }
   for _, case in ipairs(cases) do
      local name, text, variables, expected = table.unpack(case)
      it(name, function() assert.equal(expected, render(text, variables)) end)
   end

   it("needs no variables", function()
      assert.equal("2", render("{{ 1 + 1 }}"))
   end)

   it("changes nothing that was passed", function()
      local variables = {list = {1}, dict = {a = 1}}
      render("{% set list = list + [2] %}{% set x = 1 %}{{ list }}", variables)
      assert.same({list = {1}, dict = {a = 1}}, variables)
      assert.equal("page:1: a template can change only what it has made itself: 'list' is from "
         .. "outside", refusal(render, "{{ list.append(2) }}", variables, "page"))
      assert.equal("page:1: a template can change only what it has made itself: 'dict' is from "
         .. "outside", refusal(render, "{{ dict.update(a=2) }}", variables, "page"))
   end)
end)

describe("an error of a template", function()
   local cases = {
      {"a\n{{ x | uper }}", "page:2: unknown filter 'uper'; did you mean 'upper'?"},
      {"{{ x is defind }}", "page:1: unknown test 'defind'; did you mean 'defined'?"},
      {"{{ x|zzz }}", "page:1: unknown filter 'zzz'"},
      {"{{ x|pprint }}", "page:1: the filter 'pprint' is not supported"},
      {"\n{% fro x in y %}", "page:2: unknown tag 'fro'; did you mean 'for'?"},
      {"{% block x %}{% endblock %}", "page:1: 'block' is not supported"},
      {"{% extends 'x' %}", "page:1: 'extends' is not supported"},
      {"{% import 'x' as y %}", "page:1: 'import' is not supported"},
      {"{% from 'x' import y %}", "page:1: 'from' is not supported"},
      {"{% do x %}", "page:1: 'do' is not supported"},
      {"{% autoescape true %}", "page:1: 'autoescape' is not supported"},
      {"\n\n{{ x", "page:3: the '{{' that begins here has no end: '}}' is missing"},
      {"\n{% if x", "page:2: the '{%' that begins here has no end: '%}' is missing"},
      {"a\n{# x", "page:2: the comment that begins here has no end: '#}' is missing"},
      {"echo ${#list}", "page:1: the comment that begins here has no end: '#}' is missing"},
      {"a\n{% raw %}\n", "page:2: the 'raw' that begins here has no '{% endraw %}'"},
      {"{{ 'x }}", "page:1: the string that begins here has no end: ' is missing"},
      {"a\n{% for x in y %}\n{% if x %}\n{% endfor %}",
         "page:4: 'endfor' without 'for'; the 'if' of line 3 is still open"},
      {"a\n{% for x in y %}\n", "page:2: the 'for' that begins here has no '{% endfor %}'"},
      {"{% else %}", "page:1: 'else' without 'if' or 'for'"},
      {"{% endif %}", "page:1: 'endif' without 'if'"},
      {"{{ }}", "page:1: expected an expression, found '}}'"},
      {"{{ a b }}", "page:1: expected '}}', found 'b'"},
      {"{{ a 'b' }}", "page:1: expected '}}', found the string 'b'"},
      {"{{ (a }}", "page:1: unexpected '}', expected ')'"},
      {"{{ a ? b }}", "page:1: unexpected character '?'"},
      {"{{ 'a' | default( }}", "page:1: unexpected '}', expected ')'"},
      {"{% if %}", "page:1: expected an expression, found '%}'"},
      {"{% for x of y %}", "page:1: expected 'in', found 'of'"},
      {"{% set 5 = 1 %}", "page:1: expected a name, found '5'"},
      {"{% set true = 1 %}", "page:1: cannot assign to 'true'"},
      {"{{ x|join(sep=',') }}", "page:1: filter 'join' has no argument 'sep'"},
      {"{{ x|default(defaultvalue=1) }}", "page:1: filter 'default' has no argument "
         .. "'defaultvalue'; did you mean 'default_value'?"},
      {"{{ x|upper(1) }}", "page:1: filter 'upper' takes at most 0 arguments, not 1"},
      {"{{ x|replace('a') }}", "page:1: filter 'replace' needs the argument 'new'"},
      {"{{ x|join(',', d=';') }}", "page:1: filter 'join' gets its argument 'd' twice"},
      {"{{ 99999999999999999999 }}",
         "page:1: the number 99999999999999999999 does not fit into 64 bits"},
      {"{{ '\\ud800' }}", "page:1: '\\ud800' in a string is no character"},
      {"{% macro m(a, a) %}{% endmacro %}", "page:1: the parameter 'a' is there twice"},
      {"{% call 5 %}{% endcall %}", "page:1: 'call' needs the call of a macro"},
   }
   for _, case in ipairs(cases) do
      local text, message = table.unpack(case)
      it("says: " .. message, function()
         assert.equal(message, refusal(render, text, {}, "page"))
      end)
   end

   it("calls the template 'template' where it has no name", function()
      assert.equal("template:1: 'endif' without 'if'", refusal(render, "{% endif %}", {}))
   end)
end)

describe("an error while rendering", function()
   local data = {node = {properties = {port = 80}}, list = {1, 2}, text = "abc", n = 5,
      f = function() error("boom", 0) end}
   local cases = {
      {"\n\n{{ zip.x }}", "page:3: 'zip' is undefined"},
      {"{{ node.propertys.port }}",
         "page:1: 'node.propertys' is undefined; did you mean 'properties'?"},
      {"{{ lst[0] }}", "page:1: 'lst' is undefined; did you mean 'list'?"},
      {"{{ list[5].x }}", "page:1: 'list[5]' is undefined"},
      {"{{ (list|first|string)['a'].b }}", "page:1: a string has no item 'a'"},
      {"{{ text + 1 }}", "page:1: '+' does not work on a string and an integer"},
      {"{{ n < text }}", "page:1: '<' does not work on an integer and a string"},
      {"a\n{% if n / 0 %}{% endif %}", "page:2: division by zero"},
      {"{{ 9223372036854775807 + 1 }}", "page:1: the result is an integer beyond 64 bits"},
      {"{{ n() }}", "page:1: cannot call an integer 'n'"},
      {"{{ text.uper() }}", "page:1: a string has no method 'uper'; did you mean 'upper'?"},
      {"{{ zip() }}", "page:1: 'zip' is undefined"},
      {"{% for x in n %}{% endfor %}", "page:1: cannot iterate over an integer"},
      {"{% for a, b in [1, 2] %}{% endfor %}", "page:1: cannot iterate over an integer"},
      {"{% set a, b = [1] %}", "page:1: cannot unpack 1 item into 2 names"},
      {"{% set node.x = 1 %}", "page:1: cannot assign to 'x' of a dict: that takes a namespace()"},
      {"{{ list|map('uper')|list }}", "page:1: unknown filter 'uper'; did you mean 'upper'?"},
      {"{{ list|map('upper')|length }}", "page:1: a generator has no length: use '|list' first"},
      {"{{ n|length }}", "page:1: an integer has no length"},
      {"{{ list|tojson(indent='x') }}", "page:1: 'indent' must be an integer, not a string"},
      {"{{ [1, 'a']|sort }}", "page:1: '<' does not work on a string and an integer"},
      {"{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}",
         "page:2: macro 'm' takes at most 1 argument, not 2"},
      {"{% macro m(name) %}{% endmacro %}{{ m(nam=1) }}",
         "page:1: macro 'm' has no parameter 'nam'; did you mean 'name'?"},
      {"{% macro m(a) %}\n{{ a.x }}{% endmacro %}\n\n{{ m() }}", "page:2: 'a' is undefined"},
      {"{% for x in list %}\n{% if x == 2 %}\n{{ x.y.z }}\n{% endif %}{% endfor %}",
         "page:3: 'x.y' is undefined"},
      {"{{ 'a' if n }}{{ f() }}", "page:1: boom"},
      {"{{ '%d'|format('x') }}", "page:1: '%d' formats a number, not a string"},
   }
   for _, case in ipairs(cases) do
      local text, message = table.unpack(case)
      it("says: " .. message:gsub("\n", " "), function()
         assert.equal(message, refusal(render, text, data, "page"))
      end)
   end

   it("is not missed where a value is passed on", function()
      local depth = 0
      local function measure(list)
         while type(list) == "table" do
            assert.is_true(rawequal(list[1], list[2]) or #list == 1)
            list, depth = list[1], depth + 1
         end
      end
      render("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
         .. "{% endfor %}{{ f(ns.x) }}", {f = measure})
      assert.equal(61, depth)
   end)

   it("keeps the class of an exception that a function has raised", function()
      local raised = exceptions.RecoverableError("try later")
      local ok, err = pcall(render, "{{ f() }}", {f = function() error(raised) end})
      assert.is_false(ok)
      assert.equal(raised, err)
   end)
end)

describe("what a template can reach", function()
   local nothing = {"{{ _G }}", "{{ os }}", "{{ require }}", "{{ load }}", "{{ string }}",
      "{{ F }}{{ M }}{{ R }}{{ s }}{{ o }}{{ current }}{{ runtime }}{{ filters }}",
      "{{ 'a'.rep }}", "{{ 'a'.__index }}", "{{ ''.__class__ }}", "{{ ({}).__index }}",
      "{{ x.__index }}{{ x.__gc }}{{ x.__metatable }}"}
   for _, text in ipairs(nothing) do
      it("is nothing by " .. text, function()
         local class = {}
         class.__index = class
         assert.equal("", render(text, {x = io.stderr}))
         assert.equal("", render(text, {x = setmetatable({}, class)}))
      end)
   end

   local refused = {
      {"{{ 'a'.rep(100) }}", "t:1: a string has no method 'rep'"},
      {"{{ 'a'.gsub('a', 'b') }}", "t:1: a string has no method 'gsub'"},
      {"{{ _G.os.exit() }}", "t:1: '_G' is undefined"},
      {"{{ ''.__class__.__mro__ }}", "t:1: a string has no item '__class__'"},
      {"{% set x = ')) os.exit(1) --' %}{{ x.y.z }}", "t:1: 'x.y' is undefined"},
   }
   for _, case in ipairs(refused) do
      it("refuses " .. case[1], function()
         assert.equal(case[2], refusal(render, case[1], {}, "t"))
      end)
   end

   it("is not changed by names that are Lua's", function()
      assert.equal("123", render("{% set end = 1 %}{% set local = 2 %}{% set nil = 3 %}"
         .. "{{ end }}{{ local }}{{ nil }}"))
   end)

   it("is text of any bytes", function()
      local bytes = {}
      for code = 0, 255 do
         bytes[code + 1] = code ~= 13 and string.char(code) or ""
      end
      local all = table.concat(bytes)
      assert.equal(all .. "x" .. all, render(all .. "{{ 'x' }}" .. all))
   end)
end)

describe("a template that asks for too much", function()
   local cases = {
      {"of range", "{{ range(10 ** 12) }}", "t:1: a range of more than 100000 numbers"},
      {"of loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
         "t:1: the loops of the template take more than 10000000 turns"},
      {"of a string", "{{ 'a' * 10 ** 12 }}", "t:1: a string of more than 16 MB"},
      {"of a list", "{{ [1] * 10 ** 12 }}", "t:1: a list of more than 1000000 items"},
      {"of a quotient", "{{ (0 - 9223372036854775807 - 1) // -1 }}",
         "t:1: the result is an integer beyond 64 bits"},
      {"of hexadecimal digits", "{{ 'ffffffffffffffff'|int(0, 16) }}",
         "t:1: the number ffffffffffffffff is beyond 64 bits"},
      {"of a width", "{{ '%99999999d'|format(1) }}", "t:1: a width of 99999999 is too large"},
      {"of an indent", "{{ 'a'|indent(10 ** 12, true) }}", "t:1: a string of more than 16 MB"},
      {"of a growing string", "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}"
         .. "{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "t:1: a string of more than 16 MB"},
      {"of a growing list", "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}"
         .. "{% set ns.x = ns.x + ns.x %}{% endfor %}", "t:1: a list of more than 1000000 items"},
      {"of macros", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
         "t:1: macros call each other more than 200 deep"},
      {"of a value in itself", "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
         "t:1: cannot print a value that is nested more than 100 deep"},
      {"of JSON in itself", "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}",
         "t:1: a value that is nested more than 100 deep cannot be JSON"},
   }
   -- A list that holds another twice, which holds another twice, and so on.
   local TWINS = "{% set ns = namespace(x=[1]) %}"
      .. "{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
   local values = {
      {"of printing", "{{ ns.x }}", "t:1: printing more than 1000000 values at once"},
      {"of JSON", "{{ ns.x|tojson }}", "t:1: encoding more than 1000000 values at once"},
      {"of comparing", TWINS:gsub("ns", "other") .. "{{ ns.x == other.x }}",
         "t:1: comparing more than 1000000 values at once"},
      {"of output", "{% set s = 'a' * 10 ** 7 %}{% for i in range(7) %}{{ s }}{% endfor %}",
         "t:1: a string of more than 64 MB"},
      {"of replacing", "{% set s = 'a' * 10 ** 6 %}{{ s|replace('a', s) }}",
         "t:1: a string of more than 16 MB"},
      {"of joining", "{% set s = 'a' * 10 ** 7 %}{{ [s, s]|join }}",
         "t:1: a string of more than 16 MB"},
      {"of an indent in JSON", "{{ [1]|tojson(10 ** 12) }}", "t:1: a string of more than 16 MB"},
   }
   for _, case in ipairs(values) do
      table.insert(cases, {case[1], TWINS .. case[2], case[3]})
   end
   for _, case in ipairs(cases) do
      it(case[1] .. " is refused", function()
         assert.equal(case[3], refusal(render, case[2], {}, "t"))
      end)
   end
end)

describe("a template takes no longer than its text is long", function()
   local SPACES = (" "):rep(50000)
   local cases = {
      {"where white space is taken off", "a" .. SPACES .. "b {{- 1 }}", #SPACES + 3},
      {"where that of raw text is", "{% raw %}a" .. SPACES .. "b {%- endraw %}", #SPACES + 2},
      {"where tags are", "{{ ('<!--' * 30000 + '<' * 50000)|striptags }}", 30000 * 4 + 50000},
      {"where text is read as a number", "{{ ('1' + '" .. SPACES .. "' + '1')|float }}", 3},
   }
   for _, case in ipairs(cases) do
      it(case[1], function()
         local start = os.clock()
         assert.equal(case[3], #render(case[2], {}, "t"))
         assert.is_true(os.clock() - start < 2)
      end)
   end

   it("and counts what is compared anew each time", function()
      local operators = require("cloudify.template.operators")
      for _ = 1, 600000 do
         operators.less_or_equal("b", "a")
         operators.greater({1}, {1})
      end
   end)
end)

describe("the size of a template", function()
   it("may be 5,000 lines", function()
      local lines = {}
      for i = 1, 5000 do
         lines[i] = ("%d {{ x }}{%% if x == %d %%}!{%% set v%d = x %%}{%% endif %%}"):format(i, i,
            i)
      end
      lines[5001] = "{{ nope.x }}"
      assert.equal("t:5001: 'nope' is undefined",
         refusal(render, table.concat(lines, "\n"), {x = 7}, "t"))
      lines[5001] = "{{ v7 }}{{ v8 }}"
      local text = render(table.concat(lines, "\n"), {x = 7})
      assert.matches("^1 7\n2 7\n", text)
      assert.matches("\n7 7!\n", text)
      assert.matches("\n5000 7\n7$", text)
   end)

   local nested = {
      {"loops", "{% for x in [1] %}", "{% endfor %}"},
      {"conditions", "{% if 1 %}", "{% endif %}"},
      {"loops that use 'loop'", "{% for x in [1] %}{{ loop.first and '' }}", "{% endfor %}"},
      {"macros", "{% macro m() %}", "{% endmacro %}{{ m() }}"},
      {"filters", "{% filter trim %}", "{% endfilter %}"},
      {"brackets", "{{ ", " }}", "(", ")"},
   }
   for _, case in ipairs(nested) do
      local name, open, close, inner_open, inner_close = table.unpack(case)
      it("may be 100 levels of " .. name, function()
         local count = inner_open and 1 or 100
         local text = open:rep(count) .. (inner_open and inner_open:rep(99) .. "'x'"
            .. inner_close:rep(99) or "x") .. close:rep(count)
         assert.matches("x$", (render(text)))
      end)
   end

   it("is refused with a reason where it is too deep", function()
      assert.equal("t:1: blocks are nested more than 150 deep",
         refusal(render, ("{% if 1 %}"):rep(200) .. ("{% endif %}"):rep(200), {}, "t"))
      assert.equal("t:1: expressions are nested more than 100 deep",
         refusal(render, "{{ " .. ("("):rep(200) .. "1" .. (")"):rep(200) .. " }}", {}, "t"))
      assert.equal("t:2: an expression is nested more than 60 deep",
         refusal(render, "\n{{ 1" .. ("+ 1"):rep(200) .. " }}", {}, "t"))
   end)

   it("may be long lists and calls", function()
      local numbers = ("1, "):rep(999) .. "1"
      assert.equal("1000", render("{{ [" .. numbers .. "]|length }}"))
      assert.equal("1000", render("{{ f(" .. numbers .. ") }}",
         {f = function(...) return select("#", ...) end}))
      assert.equal("1000", render("{{ (" .. ("1 ~ "):rep(999) .. "1)|length }}"))
      assert.equal("1", render("{{ " .. ("0 or "):rep(999) .. "1 }}"))
   end)
end)

describe("include", function()
   local function load_from(files)
      return function(name) return files[name] end
   end
   local cases = {
      {"renders another template", "{% include 'a' %}", {a = "A{{ x }}\n"}, "A1"},
      {"sees the names around", "{% for x in [2, 3] %}{% include 'a' %}{% endfor %}",
         {a = "A{{ x }}"}, "A2A3"},
      {"does not set names outside", "{% include 'a' %}[{{ y }}]", {a = "{% set y = 5 %}"}, "[]"},
      {"goes on where one is missing", "{% include 'b' ignore missing %}.", {}, "."},
      {"takes the first that is there", "{% include ['b', 'a'] %}", {a = "A"}, "A"},
      {"may hide the names", "{% include 'a' without context %}", {a = "[{{ x }}]"}, "[]"},
   }
   for _, case in ipairs(cases) do
      local name, text, files, expected = table.unpack(case)
      it(name, function()
         assert.equal(expected, render(text, {x = 1}, "page", load_from(files)))
      end)
   end

   local refused = {
      {"a\n{% include 'b' %}", {}, "page:2: there is no template 'b'"},
      {"{% include ['b', 'c'] %}", {}, "page:1: there is no template 'b' or 'c'"},
      {"a\n{% include 'a' %}", {a = "\n\n{{ x.y.z }}"}, "a:3: 'x.y' is undefined"},
      {"a\n{% include 'a' %}", {a = "\n{% if %}"}, "a:2: expected an expression, found '%}'"},
      {"{% include 'a' %}", {a = "{% include 'a' %}"},
         "a:1: templates include each other more than 50 deep"},
      {"{% include 5 %}", {},
         "page:1: the name of a template must be a string, not an integer"},
   }
   for _, case in ipairs(refused) do
      local text, files, message = table.unpack(case)
      it("says: " .. message, function()
         assert.equal(message, refusal(render, text, {x = 1}, "page", load_from(files)))
      end)
   end

   it("needs somebody who reads", function()
      assert.equal("page:1: 'include' cannot be used here: there is no place to load templates "
         .. "from", refusal(render, "{% include 'a' %}", {}, "page"))
   end)

   it("lets the reader's own errors through", function()
      local raised = exceptions.RecoverableError("the network is down")
      local ok, err = pcall(render, "{% include 'a' %}", {}, "page", function() error(raised) end)
      assert.is_false(ok)
      assert.equal(raised, err)
   end)
end)

describe("compiled templates", function()
   it("are used again, each under its own name", function()
      local text = "\n{{ x.y.z }}"
      for _ = 1, 2 do
         assert.equal("one:2: 'x' is undefined", refusal(render, text, {}, "one"))
         assert.equal("two:2: 'x' is undefined", refusal(render, text, {}, "two"))
      end
   end)

   it("keep nothing of a rendering", function()
      local text = "{% if x %}{% set y = x %}{% endif %}"
         .. "{% macro m() %}{{ y }}{% endmacro %}{{ m() }}"
      assert.equal("1", render(text, {x = 1}))
      assert.equal("", render(text, {}))
   end)

   it("do not pile up", function()
      collectgarbage()
      local before = collectgarbage("count")
      for i = 1, 3000 do
         render(("{{ x }}%d%s"):format(i, ("."):rep(1000)), {x = 1})
      end
      collectgarbage()
      assert.is_true(collectgarbage("count") - before < 12 * 1024)
   end)

   it("can be rendered from within a rendering", function()
      local function inner() return render("{% for i in [1, 2] %}{{ i }}{% endfor %}") end
      assert.equal("12-12", render("{{ f() }}-{{ f() }}", {f = inner}))
   end)

   it("can wait for what they call", function()
      local co = coroutine.wrap(function()
         return render("{% for i in [1, 2] %}{{ f(i) }}{% endfor %}", {f = coroutine.yield})
      end)
      assert.equal(1, co())
      assert.equal(2, co("a"))
      assert.equal("ab", co("b"))
   end)
end)
