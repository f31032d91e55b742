--- Templates: text with `{{ values }}`, `{% statements %}` and `{# comments #}`, in the language of
--- Jinja2 (docs/templates.md).
local environment = require("cloudify.template.environment")

local template = {}

--- Whether `text` has anything to render.
---@param text string
---@return boolean
function template.is_template(text)
   return text:find("{[{%%#]") ~= nil
end

--- Render `text` with `variables`; without anything to render, it stays as it is. Raises a
--- NonRecoverableError, with the name and the line, for what is wrong with the template.
---@param text string
---@param variables? table
---@param name? string what errors call the template
---@param load? fun(name: string): string? reads a template that is included; nil: there is none
---@return string
function template.render(text, variables, name, load)
   if not template.is_template(text) then
      return text
   end
   return environment.render(text, name or "template", variables or {}, load)
end

return template
