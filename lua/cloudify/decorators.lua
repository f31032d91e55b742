--- Marks on the functions of plugins. The marked function is the function itself, or, where that
--- bears marks already, one that calls it.
local decorators = {}

local marks = setmetatable({}, {__mode = "k"})

local function decorator(kind)
   local function mark(options)
      return function(func)
         assert(type(func) == "function", kind .. ": a function is expected")
         local all = {kind = kind}
         for name, value in pairs(options) do
            all[name] = value
         end
         local marked = func
         if marks[func] then
            marked = function(...) return func(...) end
         end
         marks[marked] = all
         return marked
      end
   end
   return function(argument)
      if type(argument) == "function" then
         return mark({})(argument)
      end
      assert(type(argument) == "table", kind .. ": a function or a table of options is expected")
      return mark(argument)
   end
end

--- `operation(f)` or `operation{resumable = true, async = true}(f)`. Resumable: may be run again
--- after an interruption. Async: promises to wait only through cloudify.aio, and shares its worker.
decorators.operation = decorator("operation")
decorators.task = decorators.operation
--- `workflow(f)` or `workflow{resumable = true}(f)`.
decorators.workflow = decorator("workflow")

--- The marks of `func`: {} for a plain function.
function decorators.options(func)
   return marks[func] or {}
end

return decorators
