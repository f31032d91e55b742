--- Reads statements and expressions, runs them, and shows what comes of it.
local completion = require("cloudify.shell.completion")
local core = require("cloudify.core")
local line_editor = require("cloudify.line_editor")

local prompt = {}

local HISTORY = ".cfy_history" -- in the home directory

local function history_file()
   return (os.getenv("HOME") or "/tmp") .. "/" .. HISTORY
end

--- A reader of lines: prompted for on a terminal, else as they come.
local function reader(own)
   local is_typed = line_editor.open(history_file(), function(word)
      return completion.candidates(own, word)
   end)
   if is_typed then
      return line_editor.read
   end
   return function() return io.read("l") end
end

--- The text of a value: data as JSON, and a string in quotes, so that it can be told from others.
local function shown(value)
   if type(value) == "string" then
      return ("%q"):format(value)
   elseif core.type(value) == "object" or core.type(value) == "array" or type(value) == "table" then
      local ok, text = pcall(require("cloudify").json.encode, value)
      return ok and text or tostring(value)
   end
   return tostring(value)
end

local function show(count, ...)
   local texts = {}
   for i = 1, count do
      texts[i] = shown((select(i, ...)))
   end
   if count > 0 then
      print(table.concat(texts, "\t"))
   end
end

--- The chunk of an expression, whose values are shown, or of statements; nil and a message.
local function compile(text, own)
   local chunk = load("return " .. text, "=shell", "t", own)
   if chunk then
      return chunk
   end
   return load(text, "=shell", "t", own)
end

--- A line to begin with: one that Ctrl-C has dropped is followed by another.
local function first_line(read_line)
   local line
   repeat
      line = read_line("> ")
   until line ~= false
   return line
end

--- Read lines until they are whole; Ctrl-C drops those that are not. Nil: there are no more.
local function read_chunk(read_line, own)
   local text = first_line(read_line)
   while text do
      local chunk, message = compile(text, own)
      if chunk or not message:find("<eof>", 1, true) then
         return chunk or function() error(message, 0) end
      end
      local more = read_line(">> ")
      if more == nil then
         return function() error(message, 0) end
      end
      text = more and text .. "\n" .. more or first_line(read_line)
   end
end

local function finish(ok, ...)
   if ok then
      show(select("#", ...), ...)
   else
      local err = (...)
      local type_name = core.exception_cause(err).type
      io.stdout:write(type(err) == "string" and "" or type_name .. ": ", tostring(err), "\n")
   end
   io.stdout:flush()
   return ok
end

--- Until the end of the input.
---@param own table  the globals of what is typed
---@param greeting string  shown where somebody types
---@return boolean whether all went well; always true where somebody types, who has seen it
function prompt.run(own, greeting)
   local read_line = reader(own)
   local is_typed, all_well = read_line == line_editor.read, true
   if is_typed then
      io.stdout:write(greeting)
   end
   for chunk in function() return read_chunk(read_line, own) end do
      all_well = finish(line_editor.guard(chunk)) and all_well
   end
   line_editor.close()
   return is_typed or all_well
end

return prompt
