--- Reads LuaCATS annotations (lua/types): what is declared, where, and what is said of it.
local annotations = {}

---@class annotations.Field
---@field name string
---@field type string
---@field optional boolean
---@field doc string

---@class annotations.Function
---@field name string
---@field holder string the local that it is declared in
---@field method boolean called with a colon
---@field arguments string as it is declared: "path, options"
---@field doc string
---@field params annotations.Field[]
---@field returns {type: string, doc: string}[]
---@field overloads string[] types
---@field deprecated boolean?

---@class annotations.Class
---@field name string
---@field doc string
---@field parents string[]
---@field fields annotations.Field[]
---@field functions annotations.Function[]
---@field overloads string[] types of the functions that it can be called as

---@class annotations.File
---@field path string
---@field meta string
---@field doc string
---@field items (annotations.Class|annotations.Alias)[] in their order
---@field module annotations.Class? that the file returns

---@class annotations.Alias
---@field name string
---@field alias string the type
---@field doc string

local CLOSING = {["("] = "%b()", ["{"] = "%b{}", ["<"] = "%b<>"}

--- The end of the part of a type at `from`: a name with what belongs to it, or a text.
local function part_end(text, from)
   local _, last = text:find("^\"[^\"]*\"", from)
   if last then
      return last
   end
   _, last = text:find("^[%w_.%-]+", from)
   last = last or from - 1
   while true do
      local opening = text:sub(last + 1, last + 1)
      local _, closed = text:find("^" .. (CLOSING[opening] or "%[%]"), last + 1)
      if not closed then
         break
      end
      last = closed
   end
   return text:sub(last + 1, last + 1) == "?" and last + 1 or last
end

--- Divide `text` into the type that it begins with and what follows.
---@return string type
---@return string rest
function annotations.split_type(text)
   local last = 0
   repeat
      local is_function = text:find("^fun%(", last + 1)
      last = part_end(text, last + 1)
      while is_function do
         local _, separator = text:find(text:sub(1, last):find("%)$") and "^: " or "^, ", last + 1)
         local more = separator and part_end(text, separator + 1)
         if not more or more == separator then
            break
         end
         last = more
      end
      local another = text:sub(last + 1, last + 1) == "|"
      last = another and last + 1 or last
   until not another
   return text:sub(1, last), (text:sub(last + 1):gsub("^%s+", ""))
end

---@class annotations.Reader
local Reader = {}
Reader.__index = Reader

function Reader:fail(message)
   error(("%s:%d: %s"):format(self.file.path, self.line, message), 0)
end

--- What has been said so far of what comes next.
function Reader:clear()
   self.doc, self.params, self.returns, self.overloads = {}, {}, {}, {}
   self.deprecated = nil
end

function Reader:take_doc()
   local doc = table.concat(self.doc, "\n")
   self.doc = {}
   return doc
end

--- `name? type what it is`
function Reader:field(text)
   local name, optional, rest = text:match("^(%[%w+%])(%??)%s+(.*)$")
   if not name then
      name, optional, rest = text:match("^([%w_.]+)(%??)%s+(.*)$")
   end
   if not name then
      self:fail("a name and a type are expected: " .. text)
   end
   local kind, doc = annotations.split_type(rest)
   return {name = name, optional = optional == "?", type = kind, doc = doc}
end

local tags = {}

function tags:meta(text)
   self.file.meta = text
end

function tags:class(text)
   local name, parents = text:match("^([%w_.]+):?%s*(.*)$")
   self.class = {name = name, doc = self:take_doc(), parents = {}, fields = {}, functions = {},
                 overloads = {}}
   for parent in parents:gmatch("[^,%s]+") do
      table.insert(self.class.parents, parent)
   end
   table.insert(self.file.items, self.class)
end

function tags:alias(text)
   local name, kind = text:match("^([%w_.]+)%s*(.*)$")
   self.class = nil
   self.alias = {name = name, alias = kind, doc = self:take_doc()}
   table.insert(self.file.items, self.alias)
end

function tags:field(text)
   table.insert(self.class.fields, self:field(text))
end

function tags:param(text)
   table.insert(self.params, self:field(text:gsub("^%.%.%. ", "vararg ")))
   if text:find("^%.%.%.") then
      self.params[#self.params].name = "..."
   end
end

tags["return"] = function(self, text)
   local kind, doc = annotations.split_type(text)
   table.insert(self.returns, {type = kind, doc = doc})
end

function tags:overload(text)
   local of_class = self.class and self.class.open
   table.insert(of_class and self.class.overloads or self.overloads, text)
end

function tags.operator() end

function tags.generic() end

function tags:deprecated()
   self.deprecated = true
end

function Reader:tag(name, text)
   if not tags[name] then
      self:fail("unknown tag @" .. name)
   end
   tags[name](self, text)
   if name == "class" then
      self.class.open = true
   end
end

--- `local X = {}` gives the class above it a name by which its functions are declared.
function Reader:table_named(name)
   if self.class and self.class.open then
      self.tables[name] = self.class
      self.class.open = false
   end
   self:clear()
end

function Reader:function_of(holder, separator, name, arguments)
   local class = self.tables[holder] or self:fail("no class is declared as " .. holder)
   table.insert(class.functions, {name = name, holder = holder, method = separator == ":",
      arguments = arguments, doc = self:take_doc(), params = self.params, returns = self.returns,
      overloads = self.overloads, deprecated = self.deprecated})
   self:clear()
end

function Reader:read_line(line)
   local tag, text = line:match("^%-%-%-@(%w+)%s*(.*)$")
   local more = line:match("^%-%-%-(|.*)$")
   local said = line:match("^%-%-%-%s?(.*)$")
   local holder, separator, name, arguments =
      line:match("^function ([%w_]+)([.:])([%w_]+)%((.*)%) end$")
   if tag then
      self:tag(tag, text)
   elseif more then
      self.alias.alias = self.alias.alias .. (self.alias.alias == "" and more:sub(2) or more)
   elseif said then
      table.insert(self.doc, said)
   elseif holder then
      self:function_of(holder, separator, name, arguments)
   elseif line:match("^local ([%w_]+) = {}$") then
      self:table_named(line:match("^local ([%w_]+)"))
   elseif line:match("^return ") then
      self.file.module = self.tables[line:match("^return ([%w_]+)$")]
   elseif line == "" or line:find("^%-%- ") then
      self:end_of_block()
   else
      self:fail("neither an annotation nor a declaration: " .. line)
   end
end

--- What stands alone right behind @meta is said of the file.
function Reader:end_of_block()
   if #self.file.items == 0 and self.file.doc == "" then
      self.file.doc = self:take_doc()
   end
   if self.class then
      self.class.open = false
   end
   self:clear()
end

--- Read a file.
---@param path string
---@return annotations.File
function annotations.read(path)
   local reader = setmetatable({file = {path = path, doc = "", items = {}}, line = 0, tables = {}},
      Reader)
   reader:clear()
   for line in io.lines(path) do
      reader.line = reader.line + 1
      reader:read_line(line)
   end
   return reader.file
end

--- Read files; the classes and aliases in them are also found by their names.
---@param paths string[]
---@return annotations.File[] files
---@return table<string, annotations.Class|annotations.Alias> by_name
function annotations.read_all(paths)
   local files, by_name = {}, {}
   for _, path in ipairs(paths) do
      local file = annotations.read(path)
      table.insert(files, file)
      for _, item in ipairs(file.items) do
         if by_name[item.name] then
            error(("%s: '%s' is declared twice"):format(path, item.name), 0)
         end
         by_name[item.name] = item
      end
   end
   return files, by_name
end

return annotations
