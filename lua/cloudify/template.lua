--- Templates: `{{ path.to.value }}` becomes the value; a name that is not there becomes nothing.
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local template = {}

local function fail(line, what)
   error(exceptions.NonRecoverableError(("template line %d: %s"):format(line, what)))
end

local function line_of(text, position)
   local _, breaks = text:sub(1, position - 1):gsub("\n", "")
   return breaks + 1
end

local function look_up(variables, path)
   local value = variables
   for name in path:gmatch("[^.]+") do
      local kind = type(value)
      if kind ~= "table" and kind ~= "userdata" then
         return nil
      end
      value = value[math.tointeger(tonumber(name)) or name]
   end
   return value
end

local function substitute(text, expression, position, variables)
   local path = expression:match("^%s*([%a_][%w_.]*)%s*$")
   if not path or path:find("..", 1, true) or path:sub(-1) == "." then
      fail(line_of(text, position), ("'{{%s}}' is not a dotted name"):format(expression))
   end
   local value = look_up(variables, path)
   if value == nil or value == core.null then
      return ""
   end
   return tostring(value)
end

--- Whether `text` has anything to render.
function template.is_template(text)
   return text:find("{{", 1, true) ~= nil or text:find("{%", 1, true) ~= nil
      or text:find("{#", 1, true) ~= nil
end

--- Render `text`. Raises NonRecoverableError, with the line, where it is anything but text and
--- dotted names. One line break at the end is dropped, as Jinja does.
---@param variables table
function template.render(text, variables)
   if not template.is_template(text) then
      return text
   end
   local out, start = {}, 1
   while true do
      local position = text:find("{[{%%#]", start)
      if not position then
         break
      end
      if text:sub(position + 1, position + 1) ~= "{" then
         fail(line_of(text, position), ("'%s' is not supported"):format(text:sub(position,
            position + 1)))
      end
      local close, finish = text:find("}}", position + 2, true)
      if not close then
         fail(line_of(text, position), "'{{' is not closed")
      end
      table.insert(out, text:sub(start, position - 1))
      table.insert(out, substitute(text, text:sub(position + 2, close - 1), position, variables))
      start = finish + 1
   end
   table.insert(out, text:sub(start))
   return (table.concat(out):gsub("\n$", ""))
end

return template
