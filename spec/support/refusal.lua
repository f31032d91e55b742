local exceptions = require("cloudify.exceptions")

--- The message of the NonRecoverableError that `func` raises with these arguments.
return function(func, ...)
   local ok, err = pcall(func, ...)
   assert(not ok, "nothing is refused")
   assert(exceptions.is(err, "NonRecoverableError"), tostring(err))
   return err.message
end
