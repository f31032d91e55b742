--- The examples of a document: its fenced blocks, made into files that cfy can read.
---
--- A block of YAML is a blueprint, or a part of one that STAGE completes. In its comments it says
--- what cfy must make of it:
---     # error: ID     this line has that error, and no other line of the example has one
---     # warning: ID   the same for `cfy validate --strict`
---     # -> JSON       the value of this line in the plan of a deployment
---     # -i KEY=VALUE  inputs to make that deployment with; an error here is one without a place
--- A block that begins with `# FILE` is that file. Such blocks under one heading are one example,
--- whose first one is the blueprint. A block of JSON below `<!-- plan: PATH -->` is that part of
--- the plan of the example above it.
local examples = {}

local STAGE = "stage.yaml"
local HEADER = "tosca_definitions_version: cloudify_dsl_1_5\nimports: [" .. STAGE .. "]\n"
-- Languages of blocks that are files of an example where they have a name, else only shown.
local SHOWN = {lua = true, python = true, sh = true, text = true}

---@class examples.Block
---@field language string
---@field line integer of its first line in the document
---@field lines string[]
---@field file? string
---@field heading string
---@field plan_path? string

---@class examples.Mark
---@field file string
---@field line integer in that file; 0: none, it is about the inputs
---@field id string

---@class examples.Example
---@field heading string
---@field line integer
---@field files table<string, string> name -> text
---@field main string
---@field supporting string[] the other files of YAML
---@field inputs string[]
---@field errors examples.Mark[]
---@field warnings examples.Mark[]
---@field values {path: string[], expected: string, line: integer}[]
---@field parts {path: string[], expected: string, line: integer}[]

--- Part a document into its blocks.
---@return examples.Block[]
local function read_blocks(path)
   local blocks, block, heading, plan_path, number = {}, nil, "", nil, 0
   for text in io.lines(path) do
      number = number + 1
      local fence = text:match("^```(.*)$")
      if block and fence then
         table.insert(blocks, block)
         block = nil
      elseif block then
         table.insert(block.lines, text)
      elseif fence then
         block = {language = fence, line = number + 1, lines = {}, heading = heading,
            plan_path = plan_path}
         plan_path = nil
      else
         heading = text:match("^#+ (.*)$") or heading
         plan_path = text:match("^<!%-%- plan: (.-) %-%->$") or plan_path
      end
   end
   assert(not block, "the last block has no end")
   return blocks
end

--- The name of the file that a block is: in its first line, or below `#!`.
local function file_name(block)
   local first = block.lines[1] or ""
   if first:match("^#!") then
      first = block.lines[2] or ""
   end
   return first:match("^[#%-]+ ([%w_%-%./]+%.%a+)$")
end

local function split(path)
   local keys = {}
   for key in path:gmatch("[^/]+") do
      table.insert(keys, key)
   end
   return keys
end

--- The keys that lead to line `index` of a block, by indentation.
local function path_of(lines, index)
   local path, indent = {}, math.huge
   for i = index, 1, -1 do
      local spaces, key = lines[i]:match("^( *)([%w_%.%-]+):")
      if key and #spaces < indent then
         table.insert(path, 1, key)
         indent = #spaces
      end
   end
   return path
end

--- Take over what the comments of a block say; `offset`: lines of the file in front of it.
local function read_marks(example, block, file, offset)
   for i, text in ipairs(block.lines) do
      local given = text:match("^# (%-i .-)%s*$") or text:match("^# (%-i .-)%s+# ")
      local place = given and 0 or i + offset
      for id in text:gmatch("# error: ([%w%-]+)") do
         table.insert(example.errors, {file = given and "" or file, line = place, id = id})
      end
      for id in text:gmatch("# warning: ([%w%-]+)") do
         table.insert(example.warnings, {file = file, line = place, id = id})
      end
      for word in (given and given:gsub("%s+#.*", "") or ""):gmatch("%S+") do
         table.insert(example.inputs, word)
      end
      local expected = text:match("# %-> (.-)%s*$")
      if expected then
         table.insert(example.values,
            {path = path_of(block.lines, i), expected = expected, line = block.line + i - 1})
      end
   end
end

local function new_example(block, main)
   return {heading = block.heading, line = block.line, files = {}, main = main, supporting = {},
      inputs = {}, errors = {}, warnings = {}, values = {}, parts = {}}
end

local function add_file(example, block, file)
   local text = table.concat(block.lines, "\n") .. "\n"
   local offset = 0
   if file == example.main and not text:find("tosca_definitions_version", 1, true) then
      text = (text:match("^imports:") or text:match("\nimports:"))
         and HEADER:match("^[^\n]*\n") .. text or HEADER .. text
      offset = select(2, text:gsub("\n", "")) - #block.lines
   end
   assert(not example.files[file], file .. " is there twice")
   example.files[file] = text
   if block.language == "yaml" then
      read_marks(example, block, file, offset)
      if file ~= example.main then
         table.insert(example.supporting, file)
      end
   end
end

--- The example that `block`, a named file, belongs to: the one before under the same heading.
local function example_of_file(list, block)
   local last = list[#list]
   if last and last.named and last.heading == block.heading then
      return last
   end
   local example = new_example(block, block.file)
   example.named = true
   table.insert(list, example)
   return example
end

---@param path string of the document
---@return examples.Example[]
function examples.read(path)
   local list, stage = {}, nil
   for _, block in ipairs(read_blocks(path)) do
      block.file = file_name(block)
      assert(block.language == "yaml" or block.plan_path or SHOWN[block.language],
         ("%s:%d: nothing checks this block of '%s'"):format(path, block.line, block.language))
      if block.plan_path then
         table.insert(list[#list].parts, {path = split(block.plan_path), line = block.line,
            expected = table.concat(block.lines, "\n")})
      elseif block.file == STAGE then
         stage = table.concat(block.lines, "\n") .. "\n"
         table.insert(list, new_example(block, STAGE))
      elseif block.file then
         add_file(example_of_file(list, block), block, block.file)
      elseif block.language == "yaml" then
         local example = new_example(block, "blueprint.yaml")
         add_file(example, block, example.main)
         table.insert(list, example)
      end
   end
   for _, example in ipairs(list) do
      example.files[STAGE] = stage
   end
   return list
end

return examples
