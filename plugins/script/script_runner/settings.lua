--- The input `process`: how a script is run (runtime.md 10.1).
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local suggest = require("cloudify.core").suggest

local settings = {}

--- What each key must be.
local KEYS = {
   cwd = "string", env = "object", args = "array", command_prefix = "string",
   eval_python = "boolean", eval_lua = "boolean", ctx_proxy_type = "string",
   log_stdout = "boolean", log_stderr = "boolean", stderr_to_stdout = "boolean",
}
local NAMES = {string = "text", object = "a dict", array = "a list", boolean = "true or false"}

local PROXY_TYPES = {auto = "unix", unix = "unix", http = "http", none = "none"}

local function fail(format, ...)
   error(exceptions.NonRecoverableError(format:format(...)))
end

local function warn_unknown(ctx, key)
   local names = {}
   for name in pairs(KEYS) do
      table.insert(names, name)
   end
   local nearest = suggest(key, names)
   ctx.logger:warning("process: '%s' is not known%s", key,
      nearest and (" (did you mean '%s'?)"):format(nearest) or "")
end

local function is_of(kind, value)
   local found = cloudify.type(value)
   return found == kind or (kind == "array" and found == "object" and cloudify.is_empty(value))
end

---@class script.Settings
---@field cwd? string
---@field env table
---@field args table
---@field command_prefix? string
---@field eval_python? boolean
---@field eval_lua? boolean
---@field proxy "unix" | "http" | "none"
---@field log_stdout boolean
---@field log_stderr boolean
---@field stderr_to_stdout boolean

--- Check the input and fill in what it leaves out. Raises NonRecoverableError; what is not known is
--- only warned of.
---@return script.Settings
function settings.read(ctx, process)
   local given = {}
   if process == nil or process == cloudify.null then
      process = {}
   elseif cloudify.type(process) ~= "object" then
      fail("the input 'process' must be a dict")
   end
   for key, value in pairs(process) do
      if not KEYS[key] then
         warn_unknown(ctx, key)
      elseif value ~= cloudify.null then
         if not is_of(KEYS[key], value) then
            fail("process: '%s' must be %s", key, NAMES[KEYS[key]])
         end
         given[key] = value
      end
   end
   given.env, given.args = given.env or {}, given.args or {}
   given.log_stdout, given.log_stderr = given.log_stdout ~= false, given.log_stderr ~= false
   given.proxy = PROXY_TYPES[given.ctx_proxy_type or "auto"]
   if not given.proxy then
      fail("process: ctx_proxy_type '%s' is not supported: unix, http or none",
         given.ctx_proxy_type)
   end
   return given
end

return settings
