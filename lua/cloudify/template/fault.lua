--- What is wrong with a template. Raised inside the engine; the face adds name and, for what goes
--- wrong while rendering, the line.
local suggest = require("cloudify.core").suggest

local fault = {}

---@class cloudify.template.Fault
---@field what string
---@field line? integer known where the template is compiled
local Fault = {}
Fault.__index = Fault

--- The template cannot be compiled; `...` as of string.format.
function fault.at(line, what, ...)
   error(setmetatable({what = what:format(...), line = line}, Fault))
end

--- Rendering cannot go on.
function fault.raise(what, ...)
   error(setmetatable({what = what:format(...)}, Fault))
end

function fault.is(value)
   return getmetatable(value) == Fault
end

--- `; did you mean 'x'?` with the nearest of `names`, or "".
---@param names string[]
function fault.hint(wanted, names)
   local nearest = suggest(wanted, names)
   return nearest and ("; did you mean '%s'?"):format(nearest) or ""
end

--- The keys of a table that are strings, for hint().
function fault.names_of(map)
   local names = {}
   for name in pairs(map) do
      if type(name) == "string" then
         table.insert(names, name)
      end
   end
   table.sort(names)
   return names
end

return fault
