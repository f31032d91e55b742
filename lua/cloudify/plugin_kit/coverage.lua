--- Which lines of Lua sources have been run: what was noted while they ran, held against what could
--- have been.
local bytecode = require("cloudify.plugin_kit.bytecode")
local sets = require("cloudify.sets")

local coverage = {}

--- Add the lines on which a function has instructions. Two instructions are never told of: the
--- first of a function with `...`, and the last, a return that Lua adds to every function.
local function add_lines(func, found)
   for i = func.is_vararg and 2 or 1, #func.lines - 1 do
      found[func.lines[i]] = true
   end
   for _, inner in ipairs(func.functions) do
      add_lines(inner, found)
   end
end

--- The lines that can be run, ascending.
---@param chunk function a compiled source
---@return integer[]
function coverage.lines(chunk)
   local found = {}
   add_lines(bytecode.read(chunk), found)
   return sets.keys(found)
end

--- What the runtime has noted in the file `path` (core/lua/coverage.h): the lines run of each
--- chunk. `name` gives the name by which a chunk is known here.
---@param name? fun(chunk: string): string
---@return table<string, table<integer, boolean>>
function coverage.read(path, name)
   local run = {}
   for note in io.lines(path) do
      local chunk, line = note:match("^(.*):(%d+)$")
      if chunk then
         chunk = name and name(chunk) or chunk
         run[chunk] = run[chunk] or {}
         run[chunk][math.tointeger(line)] = true
      end
   end
   return run
end

--- Gives chunks of files in `folder` the path in it: "./x.lua" and "/folder/x.lua" are "x.lua".
---@return fun(chunk: string): string
function coverage.below(folder)
   return function(chunk)
      local prefix = folder .. "/"
      local is_below = chunk:sub(1, #prefix) == prefix
      return (is_below and chunk:sub(#prefix + 1) or chunk):gsub("^%./", "", 1)
   end
end

---@class cloudify.plugin_kit.Coverage
---@field name string of the file
---@field count integer lines that can be run
---@field missed string lines that were not, "3-5 9": as one piece where nothing between them was
---@field missed_count integer

--- Hold what can be run of a file against what was.
---@param name string
---@param chunk function
---@param run table<integer, boolean>
---@return cloudify.plugin_kit.Coverage
function coverage.compare(name, chunk, run)
   local lines, pieces, count, first, last = coverage.lines(chunk), {}, 0, nil, nil
   local function close()
      if first then
         table.insert(pieces, first == last and first or first .. "-" .. last)
      end
      first = nil
   end
   for _, line in ipairs(lines) do
      if run[line] then
         close()
      else
         first, last, count = first or line, line, count + 1
      end
   end
   close()
   return {name = name, count = #lines, missed = table.concat(pieces, " "), missed_count = count}
end

local ROW = "%4d %%  %5d of %5d  %s\n"

local function row(count, missed_count, text)
   local run = count - missed_count
   return ROW:format(count == 0 and 100 or run * 100 // count, run, count, text)
end

--- A table for humans: files in the order of `results`, then all of them together.
---@param results cloudify.plugin_kit.Coverage[]
---@return string
function coverage.table(results)
   local rows, count, missed_count = {}, 0, 0
   for _, result in ipairs(results) do
      local missed = result.missed == "" and "" or "  not: " .. result.missed
      table.insert(rows, row(result.count, result.missed_count, result.name .. missed))
      count, missed_count = count + result.count, missed_count + result.missed_count
   end
   table.insert(rows, row(count, missed_count, "all together"))
   return "Lines run:\n" .. table.concat(rows)
end

return coverage
