--- Paths into dicts: 'endpoint.urls[2]' (runtime.md 10.3). Positions count from 0.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")

local paths = {}

local function shown(path)
   return type(path) == "string" and path or cloudify.json.encode(path)
end

local function illegal(path)
   error(exceptions.RuntimeError("illegal path: " .. shown(path)))
end

--- The keys (strings) and positions (numbers) of one segment: 'urls[2]'.
local function add_segment(steps, segment)
   local positions = {}
   local name, position = segment:match("^(.*)%[(%d+)%]$")
   while name do
      table.insert(positions, 1, math.tointeger(tonumber(position)))
      segment = name
      name, position = segment:match("^(.*)%[(%d+)%]$")
   end
   if segment ~= "" or #positions == 0 then
      table.insert(steps, segment)
   end
   table.move(positions, 1, #positions, #steps + 1, steps)
end

--- The steps of a path; a list is taken as it is: its keys may have dots in them.
local function parse(path)
   local steps = {}
   if cloudify.type(path) == "array" then
      steps = cloudify.totable(path)
   elseif type(path) ~= "string" then
      illegal(path)
   else
      for segment in (path .. "."):gmatch("([^.]*)%.") do
         add_segment(steps, segment)
      end
   end
   return steps
end

--- The key of `container` that `step` means, or nil where it has none of that kind.
local function key_of(container, step)
   local kind = cloudify.type(container)
   if kind == "object" and type(step) == "string" then
      return step
   elseif kind == "array" and math.type(step) == "integer" and step >= 0 then
      return step + 1
   end
end

--- The value of a step, a null as cloudify.null; nil: there is none.
local function look(container, step)
   local key = key_of(container, step)
   if not key then
      return nil
   end
   local value = container[key]
   return value == nil and cloudify.is_null(container, key) and cloudify.null or value
end

--- The value at `path`. Raises RuntimeError where there is none.
function paths.read(container, path)
   local value = container
   for _, step in ipairs(parse(path)) do
      value = look(value, step)
      if value == nil then
         illegal(path)
      end
   end
   return value
end

--- The container of the last step; dicts that are missing on the way are made.
local function reach(container, steps, path)
   for i = 1, #steps - 1 do
      local step = steps[i]
      local value = look(container, step)
      if (value == nil or value == cloudify.null) and type(step) == "string"
         and key_of(container, step) then
         container[step] = cloudify.object {}
         value = container[step]
      end
      if value == nil or value == cloudify.null then
         illegal(path)
      end
      container = value
   end
   return container
end

--- Set the value at `path`. Items of lists must be there already.
function paths.write(container, path, value)
   local steps = parse(path)
   container = reach(container, steps, path)
   local key = key_of(container, steps[#steps])
   if not key or (type(key) == "number" and look(container, steps[#steps]) == nil) then
      illegal(path)
   end
   container[key] = value
end

return paths
