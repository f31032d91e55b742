--- What a template may use at most, so that none can fill the memory or never come to an end.
local fault = require("cloudify.template.fault")

local limits = {
   TEXT = 16 * 1024 * 1024,   -- bytes of a string that a template makes
   OUTPUT = 64 * 1024 * 1024, -- bytes of what a template renders
   ITEMS = 1000000,           -- items of a list that a template makes
   STEPS = 1000000,           -- values that are looked at to print or compare one
}

--- Refuse a text of so many bytes.
function limits.check_text(length, limit)
   limit = limit or limits.TEXT
   if length > limit then
      fault.raise("a string of more than %d MB", limit // 1024 // 1024)
   end
end

--- Refuse a list of so many items.
function limits.check_items(count)
   if count > limits.ITEMS then
      fault.raise("a list of more than %d items", limits.ITEMS)
   end
end

--- table.concat(), but refuses a text that is too long before it is made.
---@param limit? integer bytes
function limits.concat(parts, separator, limit)
   local length = separator and #separator * #parts or 0
   for i = 1, #parts do
      length = length + #parts[i]
   end
   limits.check_text(length, limit)
   return table.concat(parts, separator)
end

--- string.rep() with the same limit.
function limits.rep(text, count)
   limits.check_text(#text * (count + 0.0))
   return text:rep(count)
end

return limits
