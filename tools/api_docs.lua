--- The pages of the Lua API, HTML made from the annotations in lua/types.
local api_docs = {}

local ESCAPES = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}

--- A text as HTML.
function api_docs.escape(text)
   return (text:gsub('[&<>"]', ESCAPES))
end

local escape = api_docs.escape

function api_docs.page_of(file)
   return "lua-" .. file.meta .. ".html"
end

---@class api_docs.Writer
---@field pages table<string, string> name of a class -> its page
local Writer = {}
Writer.__index = Writer

--- A type, its names linked to where they are declared.
function Writer:type(text)
   return "<code>" .. escape(text):gsub("cloudify[%w_.]*", function(name)
      local page = self.pages[name]
      return page and ('<a href="%s#%s">%s</a>'):format(page, name, name) or name
   end) .. "</code>"
end

--- A text within a line, in which `code` stands between backticks.
local function inline(text)
   return (escape(text):gsub("`([^`]+)`", "<code>%1</code>"))
end

--- Paragraphs, and blocks of code, which are indented.
local function paragraphs(text)
   local out = {}
   for block in (text .. "\n\n"):gmatch("(.-)\n\n+") do
      if block:find("^    ") then
         table.insert(out, "<pre><code>" .. escape(block) .. "</code></pre>")
      elseif block ~= "" then
         table.insert(out, "<p>" .. inline(block) .. "</p>")
      end
   end
   return table.concat(out, "\n")
end

local function table_of(rows)
   return #rows == 0 and "" or "<table>\n" .. table.concat(rows, "\n") .. "\n</table>"
end

function Writer:rows(fields)
   local rows = {}
   for _, field in ipairs(fields) do
      table.insert(rows, ("<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>"):format(
         escape(field.name .. (field.optional and "?" or "")), self:type(field.type),
         inline(field.doc)))
   end
   return table_of(rows)
end

--- How a function is called: `ctx:get_secret(key)`, `files.read(path)`.
local function call_of(func)
   local holder = func.holder:gsub("%f[%u]%u", function(letter) return "_" .. letter:lower() end)
   holder = holder:gsub("(%l)(%u)", function(before, letter) return before .. "_" .. letter end)
   return ("%s%s%s(%s)"):format(holder:lower():gsub("^_", ""), func.method and ":" or ".",
      func.name, func.arguments)
end

function Writer:returns(func)
   local parts = {}
   for _, value in ipairs(func.returns) do
      local doc = value.doc ~= "" and " " .. inline(value.doc) or ""
      table.insert(parts, self:type(value.type) .. doc)
   end
   return #parts == 0 and "" or "<p>Returns " .. table.concat(parts, ", ") .. ".</p>"
end

function Writer:overloads(list)
   local parts = {}
   for _, kind in ipairs(list) do
      table.insert(parts, "<p>Also " .. self:type(kind) .. "</p>")
   end
   return table.concat(parts, "\n")
end

function Writer:func(class, func)
   return table.concat({
      ('<h3 id="%s.%s"><code>%s</code></h3>'):format(class.name, func.name, escape(call_of(func))),
      paragraphs(func.doc),
      func.deprecated and "<p>There is no such thing here: it raises.</p>" or "",
      self:rows(func.params), self:returns(func), self:overloads(func.overloads),
   }, "\n")
end

local function sorted(functions)
   local list = table.move(functions, 1, #functions, 1, {})
   table.sort(list, function(a, b) return a.name < b.name end)
   return list
end

function Writer:class(class)
   local out = {('<h2 id="%s"><code>%s</code></h2>'):format(class.name, class.name),
                paragraphs(class.doc)}
   for _, parent in ipairs(class.parents) do
      table.insert(out, "<p>Has all of " .. self:type(parent) .. ", too.</p>")
   end
   table.insert(out, self:overloads(class.overloads))
   table.insert(out, self:rows(class.fields))
   for _, func in ipairs(sorted(class.functions)) do
      table.insert(out, self:func(class, func))
   end
   return table.concat(out, "\n")
end

function Writer:alias(alias)
   return ('<h2 id="%s"><code>%s</code></h2>\n%s\n<p>%s</p>'):format(alias.name, alias.name,
      paragraphs(alias.doc), self:type(alias.alias))
end

--- A page: the module first, then the classes and types that it brings.
function Writer:page(file)
   local out = {"<h1>" .. file.meta .. "</h1>", paragraphs(file.doc)}
   if file.module then
      table.insert(out, ("<pre><code>local %s = require(&quot;%s&quot;)</code></pre>"):format(
         file.meta:match("[^.]+$"), file.meta))
      table.insert(out, self:class(file.module))
   end
   for _, item in ipairs(file.items) do
      if item ~= file.module then
         table.insert(out, item.alias and self:alias(item) or self:class(item))
      end
   end
   return table.concat(out, "\n") .. "\n"
end

--- The bodies of all pages, by file.
---@param files annotations.File[]
---@return table<annotations.File, string>
function api_docs.pages(files)
   local writer = setmetatable({pages = {}}, Writer)
   for _, file in ipairs(files) do
      for _, item in ipairs(file.items) do
         writer.pages[item.name] = api_docs.page_of(file)
      end
   end
   local pages = {}
   for _, file in ipairs(files) do
      pages[file] = writer:page(file)
   end
   return pages
end

return api_docs
