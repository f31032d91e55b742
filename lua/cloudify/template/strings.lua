--- Strings as Python has them: their items are characters, in UTF-8, counted from 0. A string that
--- is no UTF-8 is one of bytes.
local limits = require("cloudify.template.limits")

local strings = {}

local function is_ascii(text)
   return not text:find("[\128-\255]")
end

--- Whether its bytes are its characters.
local function is_bytes(text)
   return is_ascii(text) or not utf8.len(text)
end

function strings.length(text)
   return is_ascii(text) and #text or utf8.len(text) or #text
end

---@return string[]
function strings.characters(text)
   local list = {}
   for character in text:gmatch(is_bytes(text) and "[\0-\255]" or utf8.charpattern) do
      list[#list + 1] = character
   end
   return list
end

--- The characters from number `first` to `last`, both counted from 1.
function strings.sub(text, first, last)
   if is_bytes(text) then
      return text:sub(first, last)
   end
   local count = utf8.len(text)
   first, last = math.max(first, 1), math.min(last or count, count)
   if first > last then
      return ""
   end
   return text:sub(utf8.offset(text, first), utf8.offset(text, last + 1) - 1)
end

-- Capital letters beyond ASCII, by the small one, and back.
local upper_of, lower_of = {["ß"] = "SS", ["ς"] = "Σ", ["µ"] = "Μ", ["ı"] = "I"}, {}

local function pair(upper, lower)
   upper, lower = utf8.char(upper), utf8.char(lower)
   upper_of[lower], lower_of[upper] = upper, lower
end

-- Latin, Greek, Cyrillic: first and last capital, step, distance to the small letter.
for _, range in ipairs {
   {0xC0, 0xD6, 1, 32}, {0xD8, 0xDE, 1, 32}, {0x100, 0x12E, 2, 1}, {0x132, 0x136, 2, 1},
   {0x139, 0x147, 2, 1}, {0x14A, 0x176, 2, 1}, {0x178, 0x178, 1, -0x79}, {0x179, 0x17D, 2, 1},
   {0x386, 0x386, 1, 38}, {0x388, 0x38A, 1, 37}, {0x38C, 0x38C, 1, 64}, {0x38E, 0x38F, 1, 63},
   {0x391, 0x3A1, 1, 32}, {0x3A3, 0x3AB, 1, 32}, {0x400, 0x40F, 1, 80}, {0x410, 0x42F, 1, 32},
   {0x460, 0x480, 2, 1}, {0x48A, 0x4BE, 2, 1}, {0x4D0, 0x52E, 2, 1}, {0x1E00, 0x1E94, 2, 1},
   {0x1EA0, 0x1EFE, 2, 1},
} do
   for code = range[1], range[2], range[3] do
      pair(code, code + range[4])
   end
end

function strings.upper(text)
   local upper = text:upper()
   return is_ascii(text) and upper or (upper:gsub("[\xC2-\xF4][\x80-\xBF]+", upper_of))
end

function strings.lower(text)
   local lower = text:lower()
   return is_ascii(text) and lower or (lower:gsub("[\xC2-\xF4][\x80-\xBF]+", lower_of))
end

function strings.capitalize(text)
   return strings.upper(strings.sub(text, 1, 1)) .. strings.lower(strings.sub(text, 2))
end

--- What Python's str.title() makes: a capital behind everything that is no letter.
function strings.title(text)
   return (text:gsub("[%a\128-\255]+", strings.capitalize))
end

--- `text` without all that stands between `opening` and the next `closing`, and these.
function strings.without(text, opening, closing)
   local parts, from = {}, 1
   repeat
      local start, inside = text:find(opening, from, true)
      local _, finish = text:find(closing, (inside or #text) + 1, true)
      if finish then
         parts[#parts + 1] = text:sub(from, start - 1)
         from = finish + 1
      end
   until not finish
   parts[#parts + 1] = text:sub(from)
   return table.concat(parts)
end

--- `text` without the characters of the set `characters` at both ends, or at one.
---@param characters? string white space if it is not given
---@param side? "left"|"right"
function strings.strip(text, characters, side)
   if not characters then
      text = side == "right" and text or text:gsub("^%s+", "")
      return side == "left" and text or (text:match("^(.*%S)") or "")
   end
   local set, list = {}, strings.characters(text)
   for _, character in ipairs(strings.characters(characters)) do
      set[character] = true
   end
   local first, last = 1, #list
   while side ~= "right" and first <= last and set[list[first]] do
      first = first + 1
   end
   while side ~= "left" and last >= first and set[list[last]] do
      last = last - 1
   end
   return table.concat(list, "", first, last)
end

--- Replace the text `old`, at most `count` times.
function strings.replace(text, old, new, count)
   count = count and count >= 0 and count or math.huge
   if old == "" then
      return strings.interleave(text, new, count)
   end
   local parts, from = {}, 1
   while count > 0 do
      local start, finish = text:find(old, from, true)
      if not start then
         break
      end
      parts[#parts + 1] = text:sub(from, start - 1)
      parts[#parts + 1] = new
      from, count = finish + 1, count - 1
   end
   parts[#parts + 1] = text:sub(from)
   return limits.concat(parts)
end

--- `new` in front of each character and behind the last: what replacing "" does.
function strings.interleave(text, new, count)
   local parts = {}
   for i, character in ipairs(strings.characters(text)) do
      parts[#parts + 1] = i <= count and new .. character or character
   end
   if #parts < count then
      parts[#parts + 1] = new
   end
   return limits.concat(parts)
end

local function split_words(text, limit)
   local parts, from = {}, text:match("^%s*()")
   while from <= #text do
      local word, after = text:match("^(%S+)%s*()", from)
      if #parts == limit then
         parts[#parts + 1] = text:sub(from)
         break
      end
      parts[#parts + 1], from = word, after
   end
   return parts
end

--- The parts between `separator`, or the words if it is not given; at most `limit` splits.
---@return string[]
function strings.split(text, separator, limit)
   limit = limit and limit >= 0 and limit or math.huge
   if not separator then
      return split_words(text, limit)
   end
   local parts, from = {}, 1
   while #parts < limit do
      local start, finish = text:find(separator, from, true)
      if not start then
         break
      end
      parts[#parts + 1] = text:sub(from, start - 1)
      from = finish + 1
   end
   parts[#parts + 1] = text:sub(from)
   return parts
end

--- The lines; a line break at the end begins none.
---@param keep? boolean leave the line breaks on them
---@return string[]
function strings.lines(text, keep)
   local lines, from = {}, 1
   while from <= #text do
      local start, finish = text:find("\r?\n", from)
      local lone = text:find("\r", from, true)
      if lone and (not start or lone < start) then
         start, finish = lone, lone
      end
      lines[#lines + 1] = text:sub(from, keep and (finish or #text) or (start or #text + 1) - 1)
      from = (finish or #text) + 1
   end
   return lines
end

return strings
