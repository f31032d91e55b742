--- Waiting, processes and HTTP.
local http = require("cloudify.http")
local processes = require("cloudify.processes")

local aio = {}

--- Wait.
---@param seconds number
function aio.sleep(seconds)
   return processes.sleep(seconds)
end

--- Run a command to its end; what it left running in the background goes on.
---@param options {command: string, args?: string[], cwd?: string, env?: table<string, string>,
---   input?: string, timeout?: number} without args, command is a line for the shell
---@return {code?: integer, signal?: integer, stdout: string, stderr: string}
function aio.run(options)
   assert(type(options) == "table" and type(options.command) == "string",
      "aio.run: command must be a string")
   local program, args = options.command, {}
   if options.args then
      for i = 1, #options.args do
         args[i] = tostring(options.args[i])
      end
   else
      program, args = "/bin/sh", {"-c", options.command}
   end
   local environment
   if options.env then
      environment = {}
      for name, value in pairs(options.env) do
         table.insert(environment, name .. "=" .. tostring(value))
      end
   end
   return processes.run(program, args, environment, options.cwd, options.input, options.timeout)
end

--- Send an HTTP request; any answer is a result, whatever its status.
---@param options {url: string, method?: string, headers?: table<string, string>, body?: string,
---   timeout?: number, ca?: string}
---@return {status: integer, headers: table<string, string>, body: string}
function aio.request(options)
   return http.request(options)
end

return aio
