--- Small random templates, and the data that they are rendered with.
local null = require("cloudify").null
local array = require("cloudify").array

local grammar = {}

grammar.data = {
   name = "World", empty = "",
   zero = 0, one = 1, n = 42, f = 1.5, neg = -7, yes = true,
   no = false, null = null, xs = {3, 1, 2}, words = {"pear", "Apple", "fig"},
   nested = {{1, 2}, {3}},
   none_list = array {}, mixed = {1, "a", 2.5, null, true}, uni = "Grüße",
   text = "line one\nline two\n\nline four", html = "<a href='x'>T&C</a>",
   d = {a = 1, b = "two", c = {1, 2}}, deep = {a = {b = {c = "deep"}}},
   users = {
      {name = "ann", age = 30, admin = true, city = {name = "Rome"}},
      {name = "Bob", age = 25, admin = false, city = {name = "Oslo"}},
      {name = "cid", age = 30, admin = true, city = {name = "Rome"}},
   },
   tree = {{name = "a", children = {{name = "b"}, {name = "c", children = {{name = "d"}}}}}},
}

grammar.files = {
   ["plain.txt"] = "plain\n", ["greeting.txt"] = "Hello {{ name }}!\n",
   ["sets.txt"] = "{% set from_include = 1 %}", ["broken.txt"] = "{% if %}",
   ["error.txt"] = "a\n{{ nothing.at_all }}", ["outer.txt"] = "({% include 'greeting.txt' %})",
}

--- The words of a text, which are separated by two spaces or line breaks.
local function words(text)
   local list = {}
   for word in (text:gsub("%s%s+", "\0") .. "\0"):gmatch("([^\0]+)\0") do
      table.insert(list, word)
   end
   return list
end

local choices = {
   atom = words [[n  one  zero  neg  f  name  uni  empty  xs  words  d  nested  yes  no  null
      missing  mixed  users  none_list  1  2  0  -3  2.5  'a'  'Ab c'  ''  []  {}  [1, 'x']
      (1, 2)  {'k': 1}  true  none  d.a  d.zz  xs[0]  users[0].name  range(3)  deep.a.b  xs[1:]
      name[::-1]  d[1:] ]],
   binary = words "+  -  *  /  //  %  ~  ==  !=  <  <=  >  >=  and  or  in  not in",
   filter = words [[upper  lower  title  capitalize  length  first  last  list  sort  join(',')
      default('x')  default('x', true)  int  float  string  abs  round  sum  min  max  unique|list
      reverse|list  trim  replace('a', 'b')  sort(reverse=true)  map('upper')|list  select|list
      batch(2)|list  wordcount  urlencode  dictsort  truncate(5)  indent(2, true)  center(7)  count
      selectattr('a')|list  items|list]],
   test = words [[defined  undefined  none  string  number  mapping  sequence  iterable  odd  even
      true  false  boolean  integer  float  eq 1  in [1, 2]  divisibleby 3
      callable  lower  upper]],
   method = words [[upper()  split()  items()|list  get('a')  keys()|list  strip()  count(1)
      index(1)  replace('a', 'b')  startswith('a')  join(['p', 'q'])  find('a')]],
   postfix = words "[0]  [-1]  .a  .name  ['b']  [5]  [one]",
}

--- A generator of numbers of its own: the same templates on every machine.
local function random_source(seed)
   local state = seed
   return function(limit)
      state = (state * 6364136223846793005 + 1442695040888963407)
      return (state >> 33) % limit + 1
   end
end

local function new_generator(seed)
   local random = random_source(seed)
   local expression

   local function pick(kind)
      local list = choices[kind]
      return list[random(#list)]
   end

   local makers = {
      function(depth)
         return ("%s %s %s"):format(expression(depth), pick("binary"), expression(depth))
      end,
      function(depth) return ("(%s)|%s"):format(expression(depth), pick("filter")) end,
      function(depth) return ("%s|%s"):format(expression(depth), pick("filter")) end,
      function(depth) return ("((%s) is %s)"):format(expression(depth), pick("test")) end,
      function(depth) return ("(%s)%s"):format(expression(depth), pick("postfix")) end,
      function(depth) return ("(%s).%s"):format(expression(depth), pick("method")) end,
      function(depth) return ("(not %s)"):format(expression(depth)) end,
      function(depth)
         return ("(%s if %s else %s)"):format(expression(depth), expression(depth),
            expression(depth))
      end,
      function(depth) return ("[%s, %s]"):format(expression(depth), expression(depth)) end,
   }

   function expression(depth)
      if depth <= 0 or random(4) == 1 then
         return pick("atom")
      end
      return makers[random(#makers)](depth - 1)
   end

   local body
   local statements = {
      function(depth) return ("{{ %s }}"):format(expression(depth)) end,
      function(depth)
         return ("{%% if %s %%}%s{%% else %%}%s{%% endif %%}"):format(expression(2), body(depth),
            body(depth))
      end,
      function(depth)
         return ("{%% for i in %s %%}%s{{ loop.index }}{{ i }}{%% else %%}E{%% endfor %%}"):format(
            expression(2), body(depth))
      end,
      function(depth)
         return ("{%% set v = %s %%}{{ v }}%s"):format(expression(depth), body(depth))
      end,
      function(depth)
         return ("{%% macro m(p, q=%s) %%}%s{{ p }}{{ q }}{%% endmacro %%}{{ m(%s) }}"):format(
            pick("atom"), body(depth), expression(1))
      end,
      function(depth) return (" \n {%%- if yes -%%} \n %s{%%- endif %%} "):format(body(depth)) end,
   }

   function body(depth)
      return depth <= 0 and ("{{ %s }} "):format(expression(1))
         or statements[random(#statements)](depth - 1)
   end

   return function() return body(3) end
end

--- The same `count` templates for the same seed.
---@return string[]
function grammar.generate(count, seed)
   local make, list = new_generator(seed), {}
   for i = 1, count do
      list[i] = make()
   end
   return list
end

return grammar
