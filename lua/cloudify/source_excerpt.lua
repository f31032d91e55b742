--- The lines of a plugin's source around the place where it has raised an error.
local plugin_loader = require("cloudify.plugin_loader")

local source_excerpt = {}

local AROUND = 2

local function lines_around(file, wanted)
   local lines, number = {}, 0
   for text in file:lines() do
      number = number + 1
      if number >= wanted - AROUND then
         local line = ("%s %4d | %s"):format(number == wanted and ">" or " ", number, text)
         table.insert(lines, line:match("^(.*%S)"))
      end
      if number == wanted + AROUND then
         break
      end
   end
   return number >= wanted and lines
end

--- The excerpt for the innermost function of a plugin that a traceback tells of: a line with
--- its place as the traceback has it, and the lines around, that line marked by '>'. Nil if none is
--- there to be read.
---@param traceback string as of debug.traceback()
---@return string?
function source_excerpt.of(traceback)
   for chunk, line in traceback:gmatch("\n\t([^\n]-):(%d+): in ") do
      local path = plugin_loader.path_of(chunk)
      local file <close> = path and io.open(path)
      local lines = file and lines_around(file, math.tointeger(line))
      if lines then
         return chunk .. ":" .. line .. "\n" .. table.concat(lines, "\n")
      end
   end
end

return source_excerpt
