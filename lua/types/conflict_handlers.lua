---@meta cloudify.conflict_handlers
--- Handlers for `instance:update(on_conflict)`.

---@class cloudify.conflict_handlers
local conflict_handlers = {}

--- What both have. Raises where both have changed the same key.
---@param ours table
---@param latest table
---@return table
function conflict_handlers.simple_merge_handler(ours, latest) end

return conflict_handlers
