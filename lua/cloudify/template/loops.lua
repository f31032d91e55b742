--- Loops: `for`, with what `loop` tells in it.
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local operators = require("cloudify.template.operators")
local values = require("cloudify.template.values")

local loops = {}

local MAX_TURNS = 10000000 -- of all loops of a rendering
local MAX_DEPTH = 200      -- of recursive loops

local function count_turns(R, turns)
   R.turns = R.turns + turns
   if R.turns > MAX_TURNS then
      fault.raise("the loops of the template take more than %d turns", MAX_TURNS)
   end
end

--- The items that a loop takes. `condition` sees each of them.
local function selected(R, s, iterable, condition)
   local items = values.sequence(iterable)
   count_turns(R, #items)
   if not condition then
      return items
   end
   local result = {}
   for i = 1, #items do
      if condition(R, s, nil, items[i]) then
         result[#result + 1] = items[i]
      end
   end
   return result
end

--- A loop whose body does not ask for `loop`.
function loops.each(R, s, o, iterable, body, condition, otherwise)
   local items = selected(R, s, iterable, condition)
   local count = #items
   for i = 1, count do
      body(R, s, o, items[i])
   end
   if count == 0 and otherwise then
      otherwise(R, s, o)
   end
end

--- A method of `loop`.
local function method(call)
   local class = {name = "method of 'loop'", fields = {}, call = function(_, self, arguments)
      return call(self.loop, arguments)
   end}
   return function(loop)
      return setmetatable({class = class, loop = loop}, values.Native)
   end
end

local function same(a, b)
   if #a ~= #b then
      return false
   end
   for i = 1, #a do
      if not operators.equal(a[i], b[i]) then
         return false
      end
   end
   return true
end

local function neighbour(loop, position, what)
   local item = loop.items[position]
   return item == nil and values.undefined("loop." .. what) or item
end

local Loop = {
   name = "loop",
   fields = {
      index = function(loop) return loop.position end,
      index0 = function(loop) return loop.position - 1 end,
      revindex = function(loop) return loop.count - loop.position + 1 end,
      revindex0 = function(loop) return loop.count - loop.position end,
      first = function(loop) return loop.position == 1 end,
      last = function(loop) return loop.position == loop.count end,
      length = function(loop) return loop.count end,
      depth = function(loop) return loop.depth end,
      depth0 = function(loop) return loop.depth - 1 end,
      previtem = function(loop) return neighbour(loop, loop.position - 1, "previtem") end,
      nextitem = function(loop) return neighbour(loop, loop.position + 1, "nextitem") end,
      cycle = method(function(loop, arguments)
         if #arguments == 0 then
            fault.raise("'loop.cycle' needs at least one argument")
         end
         return arguments[(loop.position - 1) % #arguments + 1]
      end),
      changed = method(function(loop, arguments)
         local changed = not loop.last_arguments or not same(loop.last_arguments, arguments)
         loop.last_arguments = arguments
         return changed
      end),
   },
}

local function run(R, spec, o, iterable, depth)
   if depth > MAX_DEPTH then
      fault.raise("a recursive loop is more than %d deep", MAX_DEPTH)
   end
   local items = selected(R, spec.scope, iterable, spec.condition)
   local loop = setmetatable({class = Loop, items = items, count = #items, depth = depth,
      spec = spec}, values.Native)
   for i = 1, loop.count do
      loop.position = i
      spec.body(R, spec.scope, o, items[i], loop)
   end
   if loop.count == 0 and spec.otherwise then
      spec.otherwise(R, spec.scope, o)
   end
end

--- `loop(items)` in a recursive loop: the text of the same loop over these items.
function Loop.call(R, loop, arguments)
   if not loop.spec.recursive then
      fault.raise("'loop' can be called only in a loop that is marked as 'recursive'")
   elseif #arguments ~= 1 then
      fault.raise("'loop' takes 1 argument, not %d", #arguments)
   end
   local output = {}
   run(R, loop.spec, output, arguments[1], loop.depth + 1)
   return limits.concat(output)
end

--- A loop whose body asks for `loop`.
function loops.loop_over(R, s, o, iterable, body, condition, otherwise, recursive)
   run(R, {scope = s, body = body, condition = condition, otherwise = otherwise,
      recursive = recursive}, o, iterable, 1)
end

return loops
