--- The exceptions of runtime.md section 4: each is called to make one, `error(X("message"))`.
local core = require("cloudify.core")

local exceptions = {}

for name, class in pairs(core.exceptions) do
   exceptions[name] = class
end

--- Whether `err` is an exception of `class` (one of this module, or its name) or of a class derived
--- from it.
function exceptions.is(err, class)
   return core.is_exception(err, type(class) == "table" and class.name or class)
end

return exceptions
