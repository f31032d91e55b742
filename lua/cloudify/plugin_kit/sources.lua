--- Checks each Lua file by itself: that it can be compiled, and writes no globals.
local globals = require("cloudify.plugin_kit.globals")

local sources = {}

local function set(list)
   local members = {}
   for _, member in ipairs(list) do
      members[member] = true
   end
   return members
end

local function check_globals(chunk, path, report)
   for _, written in ipairs(globals.written(chunk)) do
      report:error({file = path, line = written.line},
         ("the global '%s' is written: operations that run after each other would share it")
            :format(written.name),
         ("make it local, or a field of the module; for what lasts there is "
            .. "ctx.instance.runtime_properties"))
   end
end

---@param project cloudify.plugin_kit.Project
---@param report cloudify.plugin_kit.Report
---@return boolean whether the plugin itself can be compiled
function sources.check(project, report)
   local own, compiled = set(project:sources()), true
   for _, path in ipairs(project:with_ending(".lua")) do
      local text = project:read(path):gsub("^#[^\n]*", "")
      local chunk, message = load(text, "@" .. path, "t")
      if not chunk then
         report:lua_error(path, message, "correct it: this is no Lua")
         compiled = compiled and not own[path]
      elseif own[path] then
         check_globals(chunk, path, report)
      end
   end
   return compiled
end

return sources
