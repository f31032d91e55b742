--- Runs a script as a process that can use ctx (runtime.md 10.1, 10.2).
local environment = require("script_runner.environment")
local exceptions = require("cloudify.exceptions")
local filesystem = require("cloudify.filesystem")
local language = require("script_runner.language")
local requests = require("script_runner.requests")
local scripts = require("cloudify.scripts")
local utils = require("cloudify.utils")

local process = {}

--- Seconds after which the log says that a script still runs.
local INTERVAL = 20

--- So much of what it wrote last goes into the error of a script, bytes.
local TAIL = 8 * 1024

local function quote(text)
   return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The arguments of the command line: the shell splits and unquotes them.
local function argument_line(options)
   local words = {}
   for _, argument in ipairs(options.args) do
      table.insert(words, environment.text_of(argument))
   end
   return table.concat(words, " ")
end

---@return string program
---@return string[] arguments
---@return string shown  what the log calls it
local function command(script, options)
   local interpreter = language.INTERPRETERS[script.language]
   local prefix = options.command_prefix or interpreter
   local line = argument_line(options)
   local shown = (options.command_prefix and options.command_prefix .. " " or "") .. script.shown
      .. (line ~= "" and " " .. line or "")
   if line == "" and not options.command_prefix then
      return interpreter or script.path, interpreter and {script.path} or {}, shown
   end
   local words = (prefix and prefix .. " " or "") .. quote(script.path) .. " " .. line
   return "/bin/sh", {"-c", words}, shown
end

--- Why a script could not even start, said better than by the system where that is possible.
local function explain(script, err)
   local interpreter = script.text:match("^#!%s*([^ \t\r\n]+\r?)")
   local missing = language.INTERPRETERS[script.language]
   if missing and err.message:find("'" .. missing .. "'", 1, true) then
      return ("script '%s': '%s' is not installed"):format(script.shown, missing)
   elseif interpreter and not filesystem.exists(interpreter) then
      return ("script '%s': its first line names '%s', which is not there%s"):format(script.shown,
         interpreter:gsub("\r", "\\r"),
         interpreter:match("\r") and ": its lines end as on Windows" or "")
   end
   return ("script '%s': %s"):format(script.shown, err.message)
end

--- Keeps the end of what a stream has said.
local function tail()
   local lines, first, size = {}, 1, 0
   return {
      add = function(line)
         lines[#lines + 1] = line
         size = size + #line + 1
         while size > TAIL and first < #lines do
            size = size - #lines[first] - 1
            lines[first] = false
            first = first + 1
         end
      end,
      text = function()
         return table.concat(lines, "\n", first)
      end,
   }
end

--- Follow the script to its end: log what it says, answer what it asks.
---@return integer code  minus the signal that ended it
---@return {output: table, error: table}
local function follow(ctx, script, proxy, root, shown)
   local said = {output = tail(), error = tail()}
   local marks = {output = "<out> ", error = "<err> "}
   while true do
      local event, value = script:next()
      if marks[event] then
         said[event].add(value)
         ctx.logger:info(marks[event] .. value)
      elseif event == "request" then
         proxy:answer(requests.answer(root, proxy:request()))
      elseif event == "runs" then
         ctx.logger:debug("Waiting for process %d: %s", script:pid(), shown)
      else
         return value, said
      end
   end
end

local function listen(options, folder)
   if options.proxy == "http" then
      return scripts.listen()
   elseif options.proxy == "unix" then
      return scripts.listen(folder:socket())
   end
   return nil
end

local function start(script, options, folder, settings)
   if options.cwd and not filesystem.is_dir(options.cwd) then
      error(exceptions.NonRecoverableError(
         ("process: cwd '%s' is not a directory"):format(options.cwd)))
   end
   settings.cwd, settings.interval = options.cwd, INTERVAL
   settings.output = options.log_stdout and folder:output("out") or nil
   settings.error = options.log_stderr and folder:output("err") or nil
   if options.stderr_to_stdout then
      settings.error = settings.output
   end
   local ok, started = utils.try(scripts.start, settings)
   if not ok then
      error(exceptions.NonRecoverableError(explain(script, started), {causes = started.causes}))
   end
   return started
end

--- Run the script to its end.
---@param options script.Settings
---@param folder script.Workspace
---@param outcome script.Results  gets what the script says of the operation
---@return any failure  a ProcessException, if it has failed
function process.run(ctx, inputs, script, options, folder, outcome)
   local proxy <close> = listen(options, folder)
   local program, args, shown = command(script, options)
   local variables = environment.list(ctx, inputs, options, proxy and proxy:url() or "")
   if script.language == "python" then
      table.insert(variables, "PYTHONUNBUFFERED=1") -- what it prints is logged when it is printed
   end
   local running <close> = start(script, options, folder,
      {program = program, args = args, env = variables, proxy = proxy})
   ctx.logger:debug("Started process %d: %s", running:pid(), shown)
   local root = requests.root(ctx, inputs, outcome)
   local code, said = follow(ctx, running, proxy, root, shown)
   ctx.logger:debug("Process %d ended with code %d: %s", running:pid(), code, shown)
   if code ~= 0 then
      return exceptions.ProcessException {command = shown, exit_code = code,
                                          stdout = said.output.text(), stderr = said.error.text()}
   end
end

return process
