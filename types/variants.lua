--- Variants of the built-in types: which lines of types.yaml.in a version of the language gets.
local variants = {}

--- The versions in their order, each with the file that blueprints of that version import.
variants.all = {
   {version = "1_3", file = "types_1_3.yaml"},
   {version = "1_4", file = "types_1_4.yaml"},
   {version = "1_5", file = "types.yaml"},
}

local HEADER = "# Built-in types for cloudify_dsl_%s, generated: types.yaml.in is what to change.\n"

---@return integer? rank the place of `version` among the variants
local function rank_of(version)
   for rank, variant in ipairs(variants.all) do
      if variant.version == version then
         return rank
      end
   end
   return nil
end

--- Part a line from the comment behind its value.
---@return string content the line itself where there is no such comment
---@return string? comment
local function split_comment(line)
   local content, comment = line:match("^(%s*[^%s#].-)%s+#%s*(.-)%s*$")
   return content or line, comment
end

--- Whether what carries `marker` belongs to the variant at `rank`.
---@return boolean? selected nil if the marker is malformed
---@return string? message
local function selects(marker, rank)
   local word, version = marker:match("^(%l+): (%S+)$")
   if word ~= "since" and word ~= "until" then
      return nil, ("'%s' is neither 'since: VERSION' nor 'until: VERSION'"):format(marker)
   end
   local limit = rank_of(version)
   if not limit then
      return nil, ("unknown version '%s'"):format(version)
   end
   if word == "since" then
      return rank >= limit
   end
   return rank <= limit
end

---@class variants.Line
---@field content string without its marker
---@field indent integer
---@field selected boolean whether the line's own marker, if any, lets it into the variant

---@return variants.Line? line nil if its marker is malformed
---@return string? message
local function read_line(text, rank)
   local content, marker = split_comment(text)
   local line = {content = content, indent = #text:match("^ *"), selected = true}
   if marker then
      local selected, message = selects(marker, rank)
      if message then
         return nil, message
      end
      line.selected = selected
   end
   return line
end

--- The text of one variant.
---@param source string the text of types.yaml.in, whose header explains the markers
---@param version string such as "1_4"
---@return string? text nil if the source is wrong
---@return string? message `line N: what`
function variants.select(source, version)
   local rank = assert(rank_of(version), "no such variant")
   local kept = {HEADER:format(version)}
   local dropped    -- the line that was not selected, while what is below it lasts
   local number = 0
   for text in source:gmatch("([^\n]*)\n") do
      number = number + 1
      local line, message = read_line(text, rank)
      if not line then
         return nil, ("line %d: %s"):format(number, message)
      end
      if dropped and line.content ~= "" and line.indent <= dropped.indent then
         dropped = nil
      end
      if not line.selected then
         dropped = dropped or line
      elseif not dropped and text:sub(1, 2) ~= "##" then
         table.insert(kept, line.content .. "\n")
      end
   end
   return table.concat(kept)
end

return variants
