---@meta cloudify.template
--- Templates in the language of Jinja2.

---@class cloudify.template
local template = {}

--- Whether the text has anything to render.
---@param text string
---@return boolean
function template.is_template(text) end

--- Render a text. Raises a NonRecoverableError with name and line for what is wrong with it.
---@param text string
---@param variables? table<string, any>
---@param name? string what errors call the template
---@param load? fun(name: string): string? reads a template that is included; nil: there is none
---@return string
function template.render(text, variables, name, load) end

return template
