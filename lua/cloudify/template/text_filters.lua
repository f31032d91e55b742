--- Filters that make text.
local fault = require("cloudify.template.fault")
local formatting = require("cloudify.template.formatting")
local given = require("cloudify.template.given")
local json = require("cloudify.template.json")
local limits = require("cloudify.template.limits")
local printing = require("cloudify.template.printing")
local strings = require("cloudify.template.strings")
local values = require("cloudify.template.values")

local str, flag, integer, absent = printing.str, given.flag, given.integer, given.absent
local HTML = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["'"] = "&#39;", ['"'] = "&#34;"}
local ENTITIES = {amp = "&", lt = "<", gt = ">", quot = '"', ["#39"] = "'", ["#34"] = '"'}

--- An argument that is text, whatever it was.
local function text_of(value, default)
   return value == nil and default or str(value)
end

--- A value that must be a string.
local function string_of(value, what)
   return given.text(value, "'%s' needs a string, not %s: use '|string' first", what)
end

local function escape(_, value)
   return (str(value):gsub("[&<>'\"]", HTML))
end

local function define_cases(filters)
   filters:define("upper", "", function(_, value) return strings.upper(str(value)) end)
   filters:define("lower", "", function(_, value) return strings.lower(str(value)) end)
   filters:define("capitalize", "", function(_, value) return strings.capitalize(str(value)) end)
   --- A capital behind white space, brackets and hyphens.
   filters:define("title", "", function(_, value)
      return (str(value):gsub("[^%s%-({%[<]+", strings.capitalize))
   end)
end

local function define_html(filters)
   filters:define("escape", "", escape)
   filters:alias("e", "escape")
   filters:define("forceescape", "", escape)
   filters:define("safe", "", function(_, value) return str(value) end)
   filters:define("striptags", "", function(_, value)
      local text = strings.without(strings.without(str(value), "<!--", "-->"), "<", ">")
      text = text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
      return (text:gsub("&(#?%w+);", ENTITIES))
   end)
end

local function quote_url(text, safe)
   return (text:gsub("[^%w_.~%-" .. safe .. "]", function(character)
      return ("%%%02X"):format(character:byte())
   end))
end

local function query_part(value)
   return (quote_url(str(value), ""):gsub("%%20", "+"))
end

--- Text as a part of a URL; a dict, or pairs, as a query.
local function urlencode(_, value)
   local kind = values.kind(value)
   if kind == "string" or not values.items(value) then
      return quote_url(str(value), "/")
   end
   local parts = {}
   if kind == "dict" then
      for i, key in ipairs(values.keys(value)) do
         parts[i] = query_part(key) .. "=" .. query_part(values.get(value, key))
      end
   else
      for i, pair in ipairs(values.sequence(value)) do
         local items = values.sequence(pair)
         if #items ~= 2 then
            fault.raise("'urlencode' needs pairs of name and value")
         end
         parts[i] = query_part(items[1]) .. "=" .. query_part(items[2])
      end
   end
   return table.concat(parts, "&")
end

--- All lines but the first, and empty ones only on request, begin with `width`: spaces, or a text.
local function indent(_, value, width, first, blank)
   local text = string_of(value, "indent")
   local margin = type(width) == "string" and width
      or limits.rep(" ", integer(width, "'width'", 4))
   local lines = strings.lines(text .. "\n")
   for i, line in ipairs(lines) do
      if i == 1 and flag(first) or i > 1 and (flag(blank) or line ~= "") then
         lines[i] = margin .. line
      end
   end
   return limits.concat(lines, "\n")
end

--- At most `length` characters, and `leeway` more; cut between words.
local function truncate(_, value, length, killwords, ending, leeway)
   length, leeway = integer(length, "'length'", 255), integer(leeway, "'leeway'", 5)
   ending = text_of(ending, "...")
   local room = length - strings.length(ending)
   if room < 0 then
      fault.raise("'truncate' to %d characters leaves no room for %s", length,
         printing.repr(ending))
   elseif (values.length(value) or math.huge) <= length + leeway then
      return value
   end
   local cut = strings.sub(string_of(value, "truncate"), 1, room)
   if not flag(killwords) then
      cut = cut:match("^(.*) ") or cut
   end
   return cut .. ending
end

local function format(_, value, arguments, named)
   if #arguments > 0 and #named > 0 then
      fault.raise("'format' takes values by position or by name, not both")
   elseif #named == 0 then
      return formatting.percent(str(value), values.tuple(arguments))
   end
   local dict = values.dict()
   for _, argument in ipairs(named) do
      values.put(dict, argument.name, argument.value)
   end
   return formatting.percent(str(value), dict)
end

local function count_words(_, value)
   local count = 0
   for _ in str(value):gmatch("[%w_\128-\255]+") do
      count = count + 1
   end
   return count
end

---@param filters cloudify.template.Registry
return function(filters)
   define_cases(filters)
   define_html(filters)
   filters:define("string", "", function(_, value) return str(value) end)
   filters:define("trim", "/chars", function(_, value, characters)
      return strings.strip(str(value), not absent(characters) and str(characters) or nil)
   end)
   filters:define("replace", "old new/count", function(_, value, old, new, count)
      return strings.replace(str(value), str(old), str(new), integer(count, "'count'", -1))
   end)
   filters:define("center", "/width", function(_, value, width)
      local text = str(value)
      local missing = math.max(integer(width, "'width'", 80) - strings.length(text), 0)
      local left = missing // 2 + (missing & (missing + strings.length(text)) & 1)
      return limits.rep(" ", left) .. text
         .. limits.rep(" ", missing - left)
   end)
   filters:define("indent", "/width first blank", indent)
   filters:define("truncate", "/length killwords end leeway", truncate)
   filters:define("format", "...", format)
   filters:define("wordcount", "", count_words)
   filters:define("urlencode", "", urlencode)
   filters:define("tojson", "/indent", function(_, value, width)
      return json.encode(value, not absent(width) and integer(width, "'indent'") or nil)
   end)
end
