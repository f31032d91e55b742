--- What blueprints name: scripts as operations and as workflows (runtime.md 10).
local decorators = require("cloudify.decorators")
local evaluation = require("script_runner.evaluation")
local process = require("script_runner.process")
local results = require("script_runner.results")
local settings = require("script_runner.settings")
local source = require("script_runner.source")
local workspace = require("script_runner.workspace")

local tasks = {}

local function run(ctx, inputs)
   local options = settings.read(ctx, inputs.process)
   local folder <close> = workspace.new(ctx)
   local script = source.fetch(ctx, inputs, folder, options)
   local outcome = results.new()
   if script.language == "lua" then
      local value = evaluation.run(ctx, inputs, script, outcome)
      return outcome:finish(ctx, value)
   end
   local failure = process.run(ctx, inputs, script, options, folder, outcome)
   return outcome:finish(ctx, nil, failure)
end

--- Run the script `script_path` or `script_source`; further inputs are its environment.
tasks.run = decorators.operation(run)

--- The same for scripts that may be run again after an interruption.
tasks.run_resumable = decorators.operation{resumable = true}(run)

--- A workflow that is a Lua script; it may give a value by ctx:returns() or `return`.
tasks.execute_workflow = decorators.workflow(function(ctx, parameters)
   local outcome = results.new()
   local script = source.read_workflow(ctx, parameters)
   local value = evaluation.run_workflow(ctx, parameters, script, outcome)
   return outcome:finish(ctx, value)
end)

return tasks
