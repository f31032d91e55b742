--- The values that templates work with, whatever they are in Lua: what the caller gave (plain
--- tables, tracked values, objects of ctx) stays what it is, what a template makes has one of the
--- types below. Names follow Python: list, dict, None.
local core = require("cloudify.core")
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local strings = require("cloudify.template.strings")

local values = {none = core.null}

-- Metatables of what templates make. They have no metamethods: they only mark.
values.List = {kind = "list"}
values.Tuple = {kind = "tuple"}
values.View = {kind = "view"}           -- of keys(), values(), items()
values.Range = {kind = "range"}
values.Generator = {kind = "generator"} -- of map and its kin: read once, without a length
values.Dict = {kind = "dict"}           -- keys: list of keys in order; map: key -> value
values.Namespace = {kind = "namespace"} -- map: name -> value
values.Undefined = {kind = "undefined"} -- path, or base and key: what was asked for
values.Native = {kind = "native"}       -- class: {name, fields, call}; the engine's own objects

local own_kind = {}
for _, metatable in pairs(values) do
   if type(metatable) == "table" then
      own_kind[metatable] = metatable.kind
   end
end

local BASIC = {string = "string", number = "number", boolean = "boolean", ["nil"] = "undefined",
   ["function"] = "function", thread = "object"}
local OF_CORE = {array = "list", object = "dict", null = "none", userdata = "object"}
local SHOWN = {list = "a list", tuple = "a tuple", view = "a view of a dict", range = "a range",
   generator = "a generator", dict = "a dict", namespace = "a namespace", none = "None",
   undefined = "an undefined value", string = "a string", boolean = "a boolean",
   ["function"] = "a function", object = "an object"}
local SEQUENCES = {list = true, tuple = true, view = true, range = true}

---@return string
function values.kind(value)
   local kind = BASIC[type(value)]
   if kind then
      return kind
   end
   return own_kind[getmetatable(value)] or OF_CORE[core.type(value)]
end
local kind_of = values.kind

--- Whether the value is of a type that only templates make: one that they may change.
function values.is_made_here(value)
   return own_kind[getmetatable(value)] ~= nil
end

--- "a list": what the value is, for messages.
function values.describe(value)
   local kind = kind_of(value)
   if kind == "number" then
      return math.type(value) == "integer" and "an integer" or "a float"
   elseif kind == "native" then
      return "a " .. value.class.name
   end
   return SHOWN[kind]
end

function values.list(items)
   return setmetatable(items or {}, values.List)
end

function values.tuple(items)
   return setmetatable(items, values.Tuple)
end

function values.generator(items)
   return setmetatable(items, values.Generator)
end

--- A value that stands for something that is not there.
---@param path? string how the template names it
function values.undefined(path, base, key)
   return setmetatable({path = path, base = base, key = key}, values.Undefined)
end

function values.is_undefined(value)
   return value == nil or getmetatable(value) == values.Undefined
end

--- Whether a value made by an object's own refusal, which is raised where the value is used.
function values.is_refused(value)
   return getmetatable(value) == values.Undefined and value.refusal ~= nil
end

--- Raise what is wrong with an undefined value.
function values.refuse_undefined(value)
   if value ~= nil and value.refusal then
      fault.raise("%s", value.refusal)
   elseif value ~= nil and value.message then
      fault.raise("%s", value.message)
   end
   local what = value and value.path and ("'%s' is undefined"):format(value.path)
   local base, key = value and value.base, value and value.key
   if not what and key ~= nil then
      what = ("%s has no item %s"):format(values.describe(base),
         type(key) == "string" and ("'%s'"):format(key) or tostring(key))
   end
   local names = type(key) == "string" and kind_of(base) == "dict" and values.keys(base)
      or type(base) == "table" and value.names
   fault.raise("%s%s", what or "the value is undefined", names and fault.hint(key, names) or "")
end

--- A key of a dict in the form in which equal keys are the same in Lua.
local function normal_key(key)
   local kind = kind_of(key)
   if kind == "boolean" then
      return key and 1 or 0
   elseif kind == "tuple" then
      local parts = {"\0tuple"}
      for i, item in ipairs(key) do
         parts[i + 1] = type(item) .. ":" .. tostring(normal_key(item))
      end
      return limits.concat(parts, "\0")
   elseif kind == "list" or kind == "dict" then
      fault.raise("%s cannot be a key", values.describe(key))
   elseif key ~= key then
      fault.raise("NaN cannot be a key")
   end
   return key
end

--- An empty dict that keeps the order in which keys come.
function values.dict()
   return setmetatable({keys = {}, map = {}}, values.Dict)
end

--- Put an item into a dict that the template has made.
function values.put(dict, key, value)
   local normal = normal_key(key)
   if dict.map[normal] == nil then
      dict.keys[#dict.keys + 1] = key
   end
   dict.map[normal] = value
end

--- Take an item out of a dict that the template has made. Returns its value, or nil.
function values.remove(dict, key)
   local normal = normal_key(key)
   local value = dict.map[normal]
   if value == nil then
      return nil
   end
   dict.map[normal] = nil
   for i, other in ipairs(dict.keys) do
      if normal_key(other) == normal then
         table.remove(dict.keys, i)
         break
      end
   end
   return value
end

local function by_type_and_value(a, b)
   if type(a) == type(b) and (type(a) == "string" or type(a) == "number") then
      return a < b
   end
   return type(a) < type(b)
end

--- The keys of a dict: in their order if it has one, else sorted.
function values.keys(dict)
   if getmetatable(dict) == values.Dict then
      return dict.keys
   end
   local keys = {}
   for key in pairs(dict) do
      keys[#keys + 1] = key
   end
   if type(dict) == "table" then
      table.sort(keys, by_type_and_value)
   end
   return keys
end

--- Whether a table has under the key, if anything, what is its class's business: `__index`.
local function is_inherited_metafield(dict, key)
   return type(key) == "string" and key:sub(1, 2) == "__" and type(dict) == "table"
      and rawget(dict, key) == nil
end

--- The item of a dict, or nil.
function values.get(dict, key)
   if getmetatable(dict) == values.Dict then
      return dict.map[normal_key(key)]
   elseif type(key) == "table" then
      return normal_key(key) and nil
   elseif key == nil or is_inherited_metafield(dict, key) then
      return nil
   end
   local value = dict[key]
   if value == nil and core.is_null(dict, key) then
      return core.null
   end
   return value
end
local get = values.get

--- The items of a list in an array: a table has them, of a tracked value they are read, with the
--- nulls that indexing hides.
local function array_of(list)
   if type(list) == "table" then
      return list
   end
   local items = {}
   for i, item in pairs(list) do
      items[i] = item
   end
   return items
end

--- The items of what can be iterated over, in an array that must not be changed; nil for what
--- cannot. A generator is used up.
function values.items(value)
   local kind = kind_of(value)
   if SEQUENCES[kind] then
      return array_of(value)
   elseif kind == "dict" then
      return values.keys(value)
   elseif kind == "string" then
      return strings.characters(value)
   elseif kind == "generator" then
      if value.used then
         return {}
      end
      value.used = true
      return value
   elseif kind == "undefined" then
      return {}
   end
end

--- The same, but raises for what cannot be iterated over.
function values.sequence(value)
   if values.is_refused(value) then
      values.refuse_undefined(value)
   end
   return values.items(value) or fault.raise("cannot iterate over %s", values.describe(value))
end

--- The items in a new array.
function values.copy(value)
   local items = values.sequence(value)
   return table.move(items, 1, #items, 1, {})
end

--- How many items the value has, or nil.
function values.length(value)
   local kind = kind_of(value)
   if SEQUENCES[kind] then
      return #value
   elseif kind == "string" then
      return strings.length(value)
   elseif kind == "dict" then
      return #values.keys(value)
   elseif kind == "undefined" then
      return 0
   end
end

--- Whether the value counts as true.
function values.truth(value)
   local kind = type(value)
   if kind == "boolean" then
      return value
   elseif kind == "string" then
      return value ~= ""
   elseif kind == "number" then
      return value ~= 0
   end
   kind = kind_of(value)
   if kind == "undefined" then
      if values.is_refused(value) then
         values.refuse_undefined(value)
      end
      return false
   elseif SEQUENCES[kind] then
      return #value > 0
   elseif kind == "dict" then
      return #values.keys(value) > 0
   end
   return kind ~= "none"
end

--- What an object of ctx has under a name. What it refuses is undefined here: `is defined` and
--- `default` see that, any other use raises the refusal.
local function object_field(object, name)
   if type(name) ~= "string" or name:sub(1, 2) == "__" then
      return nil
   end
   local ok, value = pcall(function() return object[name] end)
   if ok then
      return value
   elseif not core.is_exception(value, "NonRecoverableError") then
      error(value, 0)
   end
   local undefined = values.undefined()
   undefined.refusal = value.message
   return undefined
end

local function native_field(object, name)
   local read = object.class.fields[name]
   return read and read(object)
end

--- The item of a list or string at the position, from 0; negative ones count from the end.
local function element(value, position)
   if type(position) == "boolean" then
      position = position and 1 or 0
   end
   if math.type(position) ~= "integer" then
      return nil
   end
   local is_string = type(value) == "string"
   local count = is_string and strings.length(value) or #value
   if position < 0 then
      position = position + count
   end
   if position < 0 or position >= count then
      return nil
   end
   if is_string then
      return strings.sub(value, position + 1, position + 1)
   end
   local found = value[position + 1]
   return found == nil and core.is_null(value, position + 1) and core.null or found
end

--- `value[key]` and `value.key`; undefined where there is nothing.
---@param path? string how the template names it
function values.item(value, key, path)
   local kind = kind_of(value)
   local found
   if kind == "dict" then
      found = get(value, key)
   elseif kind == "undefined" then
      values.refuse_undefined(value)
   elseif SEQUENCES[kind] or kind == "string" then
      found = element(value, key)
      if found == nil and kind == "tuple" and value.names then
         found = value[value.names[key]]
      end
   elseif kind == "object" then
      found = object_field(value, key)
   elseif kind == "native" then
      found = native_field(value, key)
   elseif kind == "namespace" then
      found = value.map[key]
   end
   if found == nil then
      return values.undefined(path, value, key)
   end
   return found
end

return values
