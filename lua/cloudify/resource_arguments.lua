--- The arguments of ctx's methods for resources: by position, by name in a table that comes last,
--- or both.
local argument_checks = require("cloudify.argument_checks")
local exceptions = require("cloudify.exceptions")

local arguments = {}

-- What can be given by position, in order; and by name only.
local POSITIONAL = {
   get_resource = {"path"},
   get_resource_and_render = {"path", "template_variables"},
   download_resource = {"path", "target_path"},
   download_resource_and_render = {"path", "target_path", "template_variables"},
   download_directory = {"path", "target_path"},
}
local NAMED = {
   get_resource = {"ca", "timeout", "size_limit"},
   get_resource_and_render = {"ca", "timeout", "size_limit"},
   download_resource = {"scope", "ca", "timeout", "size_limit"},
   download_resource_and_render = {"scope", "ca", "timeout", "size_limit"},
   download_directory = {"scope"},
}

local function is_text(value)
   return type(value) == "string" and value ~= ""
end

local CHECKS = {
   path = {"a path or URL", is_text},
   target_path = {"a path", is_text},
   template_variables = {"a table", function(value)
      return type(value) == "table" or type(value) == "userdata"
   end},
   scope = {"'deployment' or 'operation'", function(value)
      return value == "deployment" or value == "operation"
   end},
   ca = {"the path of a file", is_text},
   timeout = {"a number of seconds above 0", function(value)
      return type(value) == "number" and value > 0
   end},
   size_limit = {"a number of bytes above 0", function(value)
      return math.type(value) == "integer" and value > 0
   end},
}

local function fail(method, what, ...)
   error(exceptions.NonRecoverableError(("ctx:%s: " .. what):format(method, ...)))
end

--- What is checked, by the names of the method's arguments.
local function checks_of(method)
   local checks = {}
   for _, list in ipairs {POSITIONAL[method], NAMED[method]} do
      for _, name in ipairs(list) do
         checks[name] = CHECKS[name]
      end
   end
   return checks
end

--- Whether the last argument, at `position`, gives others by their names.
local function is_by_name(method, value, position)
   if type(value) ~= "table" then
      return false
   end
   -- A table of variables is told from one of arguments by whether the variables are in it.
   return POSITIONAL[method][position] ~= "template_variables"
      or type(value.template_variables) == "table" or type(value.template_variables) == "userdata"
end

local function check(method, args)
   local known = checks_of(method)
   for name in pairs(args) do
      if not known[name] then
         fail(method, "%s", argument_checks.unknown(name, known))
      end
   end
   for _, list in ipairs {POSITIONAL[method], NAMED[method]} do
      for _, name in ipairs(list) do
         local is_given = args[name] ~= nil or name == "path"
         local misfit = is_given and argument_checks.misfit(name, known[name], args[name])
         if misfit then
            fail(method, "%s", misfit)
         end
      end
   end
   return args
end

--- The arguments that `method` was called with, by name. Raises NonRecoverableError where one is
--- missing, unknown or of the wrong kind.
---@param method string
---@return table
function arguments.read(method, ...)
   local given, count = {...}, select("#", ...)
   local positional, args = POSITIONAL[method], {}
   if count > 0 and is_by_name(method, given[count], count) then
      for name, value in pairs(given[count]) do
         args[name] = value
      end
      count = count - 1
   end
   for i = 1, count do
      local name = positional[i]
      if not name and given[i] ~= nil then
         fail(method, "takes %d arguments by position, got %d", #positional, count)
      elseif name and given[i] ~= nil then
         args[name] = given[i]
      end
   end
   return check(method, args)
end

return arguments
