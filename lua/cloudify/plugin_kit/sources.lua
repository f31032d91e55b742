--- Checks each Lua file by itself: that it can be compiled, writes no globals, and reads only those
--- that there are.
local globals = require("cloudify.plugin_kit.globals")
local sets = require("cloudify.sets")
local suggest = require("cloudify.core").suggest

local sources = {}

local function check_written(written, path, report)
   for _, use in ipairs(written) do
      report:error({file = path, line = use.line},
         ("the global '%s' is written: operations that run after each other would share it")
            :format(use.name),
         ("make it local, or a field of the module; for what lasts there is "
            .. "ctx.instance.runtime_properties"))
   end
end

-- Globals of other versions of Lua: who reads them may just look which one this is.
local OPERATORS = "the operators & | ~ << >>"
local OF_OTHERS = {
   bit = OPERATORS,
   bit32 = OPERATORS,
   getfenv = "_ENV",
   jit = "none of it",
   loadstring = "load",
   module = "a local table that the file returns",
   setfenv = "load, which takes an _ENV",
   unpack = "table.unpack",
}

local ADVICE = {
   ctx = "take it as the first parameter of the function",
   inputs = "take it as the second parameter of the function",
}

local function check_read(use, path, report)
   local place, replacement = {file = path, line = use.line}, OF_OTHERS[use.name]
   if replacement then
      report:warning(place, ("Lua 5.4 has no global '%s'"):format(use.name),
         "here it is nil: use " .. replacement)
      return
   end
   local nearest = suggest(use.name, sets.keys(_G))
   report:error(place, ("there is no global '%s'"):format(use.name), ADVICE[use.name]
      or nearest and ("did you mean '%s'? Here it is nil"):format(nearest)
      or "here it is nil: define it as a local one, or require its module")
end

--- Whether it is the text of a module. A script, which returns none, has ctx and inputs.
local function is_module(text)
   return ("\n" .. text):find("\n%s*return%s[^\n]*%s*$") ~= nil
      or ("\n" .. text):find("\nreturn%s*{.*}%s*$") ~= nil
end

local function check_globals(chunk, text, path, report)
   local found, known = globals.find(chunk), {}
   check_written(found.written, path, report)
   for _, use in ipairs(found.written) do
      known[use.name] = true
   end
   if not is_module(text) then
      known.ctx, known.inputs = true, true
   end
   for _, use in ipairs(found.read) do
      if not known[use.name] and rawget(_G, use.name) == nil then
         check_read(use, path, report)
      end
   end
end

---@param project cloudify.plugin_kit.Project
---@param report cloudify.plugin_kit.Report
---@return boolean whether the plugin itself can be compiled
function sources.check(project, report)
   local own, compiled = sets.of(project:sources()), true
   for _, path in ipairs(project:with_ending(".lua")) do
      local text = project:read(path):gsub("^#[^\n]*", "")
      local chunk, message = load(text, "@" .. path, "t")
      if not chunk then
         report:lua_error(path, message, "correct it: this is no Lua")
         compiled = compiled and not own[path]
      elseif own[path] then
         check_globals(chunk, text, path, report)
      end
   end
   return compiled
end

return sources
