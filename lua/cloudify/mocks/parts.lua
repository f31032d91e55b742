--- What mocks are put together from: nodes, instances, relationships, their ends, operations.
--- A part stands for what it has become in the ctx that it was last given to, so that a spec can
--- look at what an operation did to it; one that was given to none gets a ctx of its own.
local arguments = require("cloudify.mocks.arguments")
local proxy = require("cloudify.proxy")

local parts = {}

---@class cloudify.mocks.Record
---@field constructor string
---@field args table<string, any>
---@field current? fun(): any what the part has become

-- part -> its record
local records = setmetatable({}, {__mode = "k"})

--- Make a part.
---@param constructor string
---@param args table<string, any> checked
---@param adopt fun(part: table) gives the part to a ctx of its own
---@return table
function parts.new(constructor, args, adopt)
   local record = {constructor = constructor, args = args}
   local part
   part = proxy.new(function()
      if not record.current then
         adopt(part)
      end
      return record.current()
   end)
   records[part] = record
   return arguments.mark(part)
end

--- The arguments of a part; a plain table stands for arguments by name.
---@param constructor string what kind of part is wanted
---@param part table
---@return table args
---@return cloudify.mocks.Record?
function parts.arguments(constructor, part)
   local record = records[part]
   if not record then
      return arguments.check(constructor, part)
   elseif record.constructor ~= constructor then
      arguments.fail(constructor, "a part of this kind is expected, not a %s", record.constructor)
   end
   return record.args, record
end

return parts
