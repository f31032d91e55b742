---@meta cloudify.aio
--- Waiting, processes and HTTP. In an operation declared `async` these suspend it; everywhere else
--- they wait.

---@class cloudify.aio
local aio = {}

--- Wait.
---@param seconds number
function aio.sleep(seconds) end

---@class cloudify.aio.RunOptions
---@field command string a program; without args, a line for the shell
---@field args? string[]
---@field cwd? string folder that it runs in
---@field env? table<string, string> added to the environment of the operation
---@field input? string what it reads from its standard input
---@field timeout? number seconds; then it is ended, and a TimeoutException raised

---@class cloudify.aio.RunResult
---@field code? integer that it ended with
---@field signal? integer that it was ended by
---@field stdout string
---@field stderr string

--- Run a command to its end; what it left running in the background goes on. Raises
--- CommandExecutionError where it cannot be started.
---@param options cloudify.aio.RunOptions
---@return cloudify.aio.RunResult
function aio.run(options) end

---@class cloudify.aio.Request
---@field url string
---@field method? string default: GET, with a body POST
---@field headers? table<string, string>
---@field body? string
---@field timeout? number seconds
---@field ca? string file of certificates that are trusted

---@class cloudify.aio.Answer
---@field status integer
---@field headers table<string, string>
---@field body string

--- Send an HTTP request; any answer is a result, whatever its status. Raises where there is none.
---@param options cloudify.aio.Request
---@return cloudify.aio.Answer
function aio.request(options) end

return aio
