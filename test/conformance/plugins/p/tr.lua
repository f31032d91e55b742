--- The plugin of the workflow cases: it notes each call, and ends as its inputs say.
local exceptions = require("cloudify.exceptions")
local json = require("cloudify").json

local tr = {}

--- A line of JSON in the journal: the instance that the call belongs to, its node, and the call.
local function note(subject, who, ctx, inputs)
   local journal <close> = assert(io.open(os.getenv("CONFORMANCE_JOURNAL"), "a"))
   local call = {who, ctx.operation.name, ctx.operation.retry_number, inputs}
   journal:write(json.encode({instance = subject.instance.id, node = subject.node.id, call = call}),
      "\n")
end

local endings = {
   ok = function() end,
   fail = function() error("fail") end,
   fatal = function() error(exceptions.NonRecoverableError("fatal")) end,
   recover = function() error(exceptions.RecoverableError("recover", {retry_after = 0})) end,
   retry = function(ctx)
      if ctx.operation.retry_number < 2 then
         return ctx.operation:retry("retry", 0)
      end
   end,
}

function tr.op(ctx, inputs)
   local subject = ctx.type == "node-instance" and ctx or ctx.source
   local who = subject.node.id
   if subject ~= ctx then
      who = who .. "->" .. ctx.target.node.id
   end
   note(subject, who, ctx, inputs)
   for name, value in pairs(inputs.set or {}) do
      subject.instance.runtime_properties[name] = value
   end
   if ctx.operation.retry_number < (inputs.fail_first or 0) then
      error("fail first")
   end
   return endings[inputs["do"] or "ok"](ctx)
end

return tr
