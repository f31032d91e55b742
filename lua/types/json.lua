---@meta cloudify.json
--- JSON. Nulls are `cloudify.null`; an empty table is an object unless cloudify.array() has marked
--- it.

---@class cloudify.json
---@field null cloudify.Null
local json = {}

--- Raises where the value has something that JSON has not, and says where.
---@param value any data seen through ctx, too
---@return string
function json.encode(value) end

--- Raises where the text is no JSON, and says where.
---@param text string
---@return any
function json.decode(text) end

return json
