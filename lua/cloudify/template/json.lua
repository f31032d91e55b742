--- JSON as the filter tojson writes it: keys sorted, and nothing in it that HTML would take for a
--- tag or for the end of an attribute.
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local printing = require("cloudify.template.printing")
local values = require("cloudify.template.values")

local json = {}

local MAX_DEPTH = 100
local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
   ["\b"] = "\\b", ["\f"] = "\\f"}
local NAMES = {inf = "Infinity", ["-inf"] = "-Infinity", nan = "NaN"}

local function escape_character(character)
   if ESCAPES[character] then
      return ESCAPES[character]
   end
   local code = utf8.codepoint(character)
   if code >= 0x10000 then
      code = code - 0x10000
      return ("\\u%04x\\u%04x"):format(0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
   end
   return ("\\u%04x"):format(code)
end

local function encode_string(text)
   if not utf8.len(text) then
      fault.raise("a string that is no UTF-8 cannot be JSON")
   end
   text = text:gsub('[%c"\\<>&\']', escape_character)
   return '"' .. text:gsub("[\xC2-\xF4][\x80-\xBF]+", escape_character) .. '"'
end

--- The name of a member: JSON has strings only.
local function member_name(key)
   local kind = values.kind(key)
   if kind == "string" then
      return key
   elseif kind == "number" then
      local text = printing.str(key)
      return NAMES[text] or text
   elseif kind == "boolean" then
      return key and "true" or "false"
   elseif kind == "none" then
      return "null"
   end
   fault.raise("%s cannot be a key in JSON", values.describe(key))
end

local function by_key(a, b)
   if type(a.key) ~= type(b.key) or not (type(a.key) == "string" or type(a.key) == "number") then
      fault.raise("cannot sort keys of different types for JSON")
   end
   return a.key < b.key
end

local encode
local steps = 0 -- of what is being encoded

--- What stands between the brackets: on lines of their own if there is an indent.
local function enclose(open, parts, close, indent, depth)
   if #parts == 0 then
      return open .. close
   elseif not indent then
      return open .. limits.concat(parts, ", ") .. close
   end
   local line = "\n" .. limits.rep(" ", indent * depth)
   return open .. line .. limits.concat(parts, "," .. line) .. "\n"
      .. limits.rep(" ", indent * (depth - 1)) .. close
end

local function encode_dict(dict, indent, depth)
   local entries = {}
   for i, key in ipairs(values.keys(dict)) do
      entries[i] = {key = key, value = values.get(dict, key)}
   end
   table.sort(entries, by_key)
   for i, entry in ipairs(entries) do
      entries[i] = encode_string(member_name(entry.key)) .. ": "
         .. encode(entry.value, indent, depth + 1)
   end
   return enclose("{", entries, "}", indent, depth)
end

local function encode_list(list, indent, depth)
   local items, parts = values.items(list), {}
   for i = 1, #items do
      parts[i] = encode(items[i], indent, depth + 1)
   end
   return enclose("[", parts, "]", indent, depth)
end

function encode(value, indent, depth)
   local kind = values.kind(value)
   steps = steps + 1
   if steps > limits.STEPS then
      fault.raise("encoding more than %d values at once", limits.STEPS)
   elseif depth > MAX_DEPTH then
      fault.raise("a value that is nested more than %d deep cannot be JSON", MAX_DEPTH)
   elseif kind == "string" then
      return encode_string(value)
   elseif kind == "number" or kind == "boolean" or kind == "none" then
      return member_name(value)
   elseif kind == "list" or kind == "tuple" then
      return encode_list(value, indent, depth)
   elseif kind == "dict" then
      return encode_dict(value, indent, depth)
   elseif kind == "undefined" then
      values.refuse_undefined(value)
   end
   fault.raise("%s cannot be JSON", values.describe(value))
end

--- The value as JSON.
---@param indent? integer columns for each level
function json.encode(value, indent)
   steps = 0
   return encode(value, indent, 1)
end

return json
