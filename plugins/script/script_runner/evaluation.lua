--- Runs Lua scripts in the worker itself, and workflow scripts in the engine.
local exceptions = require("cloudify.exceptions")
local proxy = require("cloudify.proxy")
local state = require("cloudify.state")

local evaluation = {}

--- The script as a function, with globals of its own on top of Lua's.
local function compile(script, globals)
   local environment = setmetatable(globals, {__index = _G})
   local text = script.text:gsub("^#![^\n]*", "") -- the line stays, so that numbers are right
   local chunk, message = load(text, "@" .. script.shown, "t", environment)
   if not chunk then
      error(exceptions.NonRecoverableError("script " .. message))
   end
   return chunk
end

--- Call the script with `ctx` and its inputs; both are also globals and the current ones.
---@return any what it returns
function evaluation.run(ctx, inputs, script, outcome)
   local script_ctx = proxy.new(function() return ctx end, outcome:members())
   local chunk = compile(script, {ctx = script_ctx, inputs = inputs, arg = {[0] = script.path}})
   local _ <close> = state.current_ctx:push(script_ctx, inputs)
   return (chunk(script_ctx, inputs))
end

--- The same for a workflow.
function evaluation.run_workflow(ctx, parameters, script, outcome)
   local script_ctx = proxy.new(function() return ctx end, outcome:members())
   local chunk = compile(script, {ctx = script_ctx, parameters = parameters})
   local _ <close> = state.current_workflow_ctx:push(script_ctx, parameters)
   return (chunk(script_ctx, parameters))
end

return evaluation
