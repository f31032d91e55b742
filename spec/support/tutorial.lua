--- The steps of a page that is followed in a folder: files to write, and commands with what they
--- print. See docs/tutorial.md.
---
--- A listing is a file, or a part of one. The line above it says which:
---     `FILE`:
---     `FILE`, at the end:
---     `FILE`, above the line `TEXT`:
---     `FILE`, in place of the line `TEXT`:
--- TEXT is without its indentation.
--- A block of `console` has commands after `$ ` and below each what it prints, in outline: the
--- lines of the outline are lines of the output, in their order; `...` stands for any text. A
--- command whose outline has a line `cfy: ...` fails.
local tutorial = {}

---@class tutorial.Command
---@field line integer
---@field text string
---@field outline string[]

---@class tutorial.Step
---@field line integer of the document
---@field file? string to write: `text`, at `place`
---@field place? "whole"|"end"|"above"|"instead"
---@field anchor? string the line that `place` is about
---@field text? string
---@field commands? tutorial.Command[]

--- What a line says about the listing below it: file, place, anchor.
local function read_label(line)
   local file, rest = line:match("^`([^`]+)`(.*):$")
   if not file then
      return nil
   elseif rest == "" then
      return file, "whole"
   elseif rest == ", at the end" then
      return file, "end"
   end
   local anchor = rest:match("^, above the line `(.+)`$")
   if anchor then
      return file, "above", anchor
   end
   anchor = rest:match("^, in place of the line `(.+)`$")
   return file, assert(anchor and "instead", "not understood: " .. line), anchor
end

local function read_commands(lines, first)
   local commands = {}
   for i, line in ipairs(lines) do
      local text = line:match("^%$ (.*)$")
      if text then
         table.insert(commands, {line = first + i, text = text, outline = {}})
      else
         table.insert(commands[#commands].outline, line)
      end
   end
   return commands
end

local function new_step(block)
   if block.language == "console" then
      return {line = block.line, commands = read_commands(block.lines, block.line)}
   end
   local file, place, anchor = read_label(block.label)
   assert(file, ("line %d: no line above the listing names its file"):format(block.line))
   return {line = block.line, file = file, place = place, anchor = anchor,
      text = table.concat(block.lines, "\n") .. "\n"}
end

---@param path string of the document
---@return tutorial.Step[]
function tutorial.read(path)
   local steps, block, label, number = {}, nil, "", 0
   for line in io.lines(path) do
      number = number + 1
      local fence = line:match("^```(%a*)$")
      if block and fence then
         table.insert(steps, new_step(block))
         block, label = nil, ""
      elseif block then
         table.insert(block.lines, line)
      elseif fence then
         block = {language = fence, line = number, label = label, lines = {}}
      elseif line ~= "" then
         label = line
      end
   end
   return steps
end

--- Where the line `anchor` is, whatever its indentation: its first byte, and that of the next line.
local function find_line(text, anchor)
   local first, behind
   for start, line, next_line in text:gmatch("()([^\n]*)\n()") do
      if line:match("^%s*(.*)$") == anchor then
         assert(not first, "the line '" .. anchor .. "' is there twice")
         first, behind = start, next_line
      end
   end
   return first, behind
end

--- The text of a file after a step that changes `text`.
---@param text string what the file has so far
---@return string
function tutorial.edit(step, text)
   if step.place == "whole" then
      return step.text
   elseif step.place == "end" then
      return text .. step.text
   end
   local first, behind = find_line(text, step.anchor)
   assert(first, ("line %d: '%s' has no line '%s'"):format(step.line, step.file, step.anchor))
   return text:sub(1, first - 1) .. step.text .. text:sub(step.place == "above" and first or behind)
end

--- Whether `line` is what the outline says, with any text for `...`.
local function is_like(line, outline)
   local pattern = outline:gsub("%p", "%%%0"):gsub("%%%.%%%.%%%.", ".*")
   return line:match("^" .. pattern .. "%s*$") ~= nil
end

--- The first line of an outline that the output does not have behind those before it, or nil.
---@param outline string[]
---@param output string
---@return string?
function tutorial.missing(outline, output)
   local next_line = output:gmatch("[^\n]+")
   for _, expected in ipairs(outline) do
      repeat
         local line = next_line()
         if not line then
            return expected
         end
      until is_like(line, expected)
   end
   return nil
end

--- Whether a command is said to fail.
---@param command tutorial.Command
---@return boolean
function tutorial.fails(command)
   for _, line in ipairs(command.outline) do
      if line:match("^cfy: ") then
         return true
      end
   end
   return false
end

return tutorial
