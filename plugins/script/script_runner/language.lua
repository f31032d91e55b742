--- What language a script is written in: it decides how it is run.
local language = {}

local EXTENSIONS = {lua = "lua", python = "py", powershell = "ps1", shell = "sh"}

--- The program that runs a language whose scripts need not say so themselves.
language.INTERPRETERS = {python = "python3", powershell = "powershell"}

function language.extension(name)
   return EXTENSIONS[name]
end

--- By the settings and the end of its name; all that is not known is "shell": the system runs it.
---@param options script.Settings
function language.of_file(path, options)
   local extension = path:gsub("[?#].*$", ""):lower():match("%.(%w+)$")
   if options.eval_lua or (extension == "lua" and options.eval_lua ~= false) then
      return "lua"
   elseif options.eval_python or (extension == "py" and options.eval_python ~= false) then
      return "python"
   elseif extension == "ps1" then
      return "powershell"
   end
   return "shell"
end

--- Names that a Lua script may well call with nothing but a quoted string.
local LUA_FUNCTIONS = {print = true, require = true, error = true, dofile = true}

--- Whether a line is a word followed by a quoted string: to Lua a call, to a shell a command.
local function has_shell_command(text)
   for line in text:gmatch("[^\n]+") do
      local word = line:match("^%s*([%w_]+)%s*[\"']")
      if word and not LUA_FUNCTIONS[word] and word ~= "return" then
         return true
      end
   end
   return false
end

local function looks_like_python(text)
   for line in text:gmatch("[^\n]+") do
      if line:match("^from%s+[%w_.]+%s+import%s") or line:match("^import%s+[%w_.,%s]+$") then
         return true
      end
   end
   return false
end

--- By the text of an inline script: a first line "#!" is obeyed; else what Lua can read is Lua.
---@param options script.Settings
function language.of_text(text, options)
   if options.eval_python then
      return "python"
   elseif options.eval_lua then
      return "lua"
   elseif text:match("^#!") then
      return "shell"
   elseif options.eval_lua ~= false and load(text, "=", "t") and not has_shell_command(text) then
      return "lua"
   elseif options.eval_python ~= false and looks_like_python(text) then
      return "python"
   end
   return "shell"
end

return language
