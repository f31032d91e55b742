---@meta cloudify.exceptions
--- What operations and workflows raise.

--- What led to an exception.
---@class cloudify.ErrorCause
---@field message string
---@field type string
---@field traceback string

--- An exception, as it is made and caught. Which fields there are beside the first five depends on
--- its class.
---@class cloudify.Exception
---@field type string name of its class
---@field message string
---@field causes cloudify.ErrorCause[]
---@field recoverable boolean whether an operation that raises it is tried again
---@field traceback? string where it was raised
---@field retry_after? number seconds; of RecoverableError and those derived from it
---@field url? string of HttpException
---@field code? integer of HttpException and CommandExecutionException
---@field command? string of CommandExecutionError, CommandExecutionException, ProcessException
---@field error? string of CommandExecutionError, CommandExecutionException: standard error
---@field output? string of CommandExecutionException: standard output
---@field exit_code? integer of ProcessException
---@field stdout? string of ProcessException
---@field stderr? string of ProcessException
---@field retry? boolean of ScriptException
---@field ex_message? string of RequestError
---@field ex_type? string of RequestError
---@field ex_traceback? string of RequestError

--- Makes an exception of the class when it is called: `error(NonRecoverableError("message"))`. Its
--- fields are given by position, in the order in which cloudify.Exception has them, or by name in a
--- table that comes last.
---@class cloudify.ExceptionClass
---@field name string
---@overload fun(message?: any, ...: any): cloudify.Exception

---@class cloudify.exceptions
---@field NonRecoverableError cloudify.ExceptionClass the operation is not tried again
---@field RecoverableError cloudify.ExceptionClass the operation is tried again
---@field OperationRetry cloudify.ExceptionClass the operation asks to be run again
---@field CloudifySerializationRetry cloudify.ExceptionClass a serial operation waits
---@field HttpException cloudify.ExceptionClass not tried again
---@field ProcessKillCancelled cloudify.ExceptionClass not tried again
---@field RuntimeError cloudify.ExceptionClass what is wrong with a call
---@field CommandExecutionError cloudify.ExceptionClass a command could not be started
---@field CommandExecutionException cloudify.ExceptionClass never raised here
---@field TimeoutException cloudify.ExceptionClass something took too long
---@field ClosedAMQPClientException cloudify.ExceptionClass never raised here
---@field PluginInstallationError cloudify.ExceptionClass never raised here
---@field StopAgent cloudify.ExceptionClass ends an operation, and is no failure
---@field WorkflowFailed cloudify.ExceptionClass tasks of a graph have failed
---@field InvalidBlueprintImport cloudify.ExceptionClass never raised here
---@field NotInContext cloudify.ExceptionClass no operation or workflow runs
---@field ExecutionCancelled cloudify.ExceptionClass the execution is to be cancelled
---@field ScriptException cloudify.ExceptionClass never raised here
---@field RequestError cloudify.ExceptionClass never raised here
---@field ProcessException cloudify.ExceptionClass a script has failed
---@field StorageConflictError cloudify.ExceptionClass another operation has saved meanwhile
local exceptions = {}

--- Whether `err` is an exception of a class, or of one derived from it.
---@param err any
---@param class cloudify.ExceptionClass|string the class, or its name
---@return boolean
function exceptions.is(err, class) end

return exceptions
