--- Puts arguments, by position and by name, into the order of a function's parameters. The same
--- for values, when a template runs, and for their code, when it is compiled.
local fault = require("cloudify.template.fault")

local signature = {}

--- `"sep/width blank"` are the parameters `sep`, `width` and `blank`, in this order; those behind a
--- `/` need not be given.
---@return string[] names
---@return integer required how many of them must be given
function signature.parse(text)
   local names = {}
   for name in text:gmatch("[^%s/]+") do
      table.insert(names, name)
   end
   local _, required = text:match("^[^/]*"):gsub("%S+", "")
   return names, required
end

--- Arguments in the order of `parameters`; nil for one that is not given.
---@param what string "filter 'join'", for messages
---@param parameters string[]
---@param positional any[]
---@param named {name: string, value: any}[]
---@param refuse fun(text: string, ...) raises
function signature.bind(what, parameters, positional, named, refuse)
   local bound, places = {}, {}
   if #positional > #parameters then
      refuse("%s takes at most %d argument%s, not %d", what, #parameters,
         #parameters == 1 and "" or "s", #positional)
   end
   for i, name in ipairs(parameters) do
      bound[i], places[name] = positional[i], i
   end
   for _, argument in ipairs(named) do
      local place = places[argument.name]
      if not place then
         refuse("%s has no argument '%s'%s", what, argument.name,
            fault.hint(argument.name, parameters))
      elseif bound[place] ~= nil then
         refuse("%s gets its argument '%s' twice", what, argument.name)
      end
      bound[place] = argument.value
   end
   return bound
end

return signature
