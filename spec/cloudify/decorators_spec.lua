--- Marks on functions: runtime.md 3.4.
local decorators = require("cloudify.decorators")

describe("cloudify.decorators (runtime.md 3.4)", function()
   for _, kind in ipairs {"operation", "task", "workflow"} do
      local decorator = decorators[kind]

      it(kind .. " works with and without options, and ignores those it does not know", function()
         local expected = kind == "workflow" and "workflow" or "operation"
         assert.equal(expected, decorators.options(decorator(function() end)).kind)
         local options = decorators.options(decorator {resumable = true, x = 1}(function() end))
         assert.is_true(options.resumable)
         assert.equal(expected, options.kind)
      end)

      it(kind .. " changes nothing about calling the function", function()
         local decorated = decorator {resumable = true}(function(...)
            return select("#", ...), ...
         end)
         assert.same({3, nil, 2, nil}, {decorated(nil, 2, nil)})
      end)
   end

   it("tells which options it does not know", function()
      local function names(decorator, options)
         return decorators.unknown_options(decorator(options)(function() end)).names
      end
      assert.same({"resume", "x"}, names(decorators.operation, {x = 1, resume = true}))
      assert.same({}, names(decorators.operation, {resumable = true, async = true}))
      assert.same({"async"}, names(decorators.workflow, {async = true}))
      assert.same({"state"}, names(decorators.serial_operation, {states = {}, state = 1,
         workflows = {}, threshold = 1, resumable = true}))
      assert.same({"retries"}, names(decorators.task_config, {name = "a", retries = 1}))
      assert.is_nil(decorators.unknown_options(function() end))
   end)

   it("leaves the function itself as it is", function()
      local function start() end
      decorators.operation {resumable = true}(start)
      assert.same({}, decorators.options(start))
   end)

   it("keeps two decorations of one function apart", function()
      local function add(a, b) return a + b end
      local plain = decorators.operation(add)
      local resumable = decorators.operation {resumable = true}(add)
      assert.is_nil(decorators.options(plain).resumable)
      assert.is_true(decorators.options(resumable).resumable)
      assert.equal(3, resumable(1, 2))
   end)

   it("does not see later changes of the options", function()
      local options = {resumable = true}
      local decorated = decorators.operation(options)(function() end)
      options.resumable = false
      assert.is_true(decorators.options(decorated).resumable)
   end)

   it("says what it expects", function()
      local function assert_blamed(expected, misuse)
         local _, message = pcall(misuse)
         assert.equal(expected, message:match("decorators_spec.lua:%d+: (.*)"))
      end
      assert_blamed("operation: a function or a table of options is expected",
         function() decorators.operation("start") end)
      assert_blamed("operation: a function is expected",
         function() decorators.operation {}("start") end)
      assert_blamed("operation takes options or a function, not both:"
         .. " operation {...}(function(...) ... end)",
         function() decorators.operation({}, function() end) end)
   end)
end)

describe("decorators.task_config (runtime.md 3.4, 6.4)", function()
   local function named() end
   local configured = decorators.task_config {name = "configured", total_retries = 1}(named)

   --- Name, function, options of the call, what comes of them.
   local cases = {
      {"does not matter where there is none", named, {name = "a"}, {name = "a"}},
      {"is what the call has not said", configured, nil, {name = "configured", total_retries = 1}},
      {"goes before what the call says", configured, {name = "a", kwargs = {1}},
         {name = "configured", total_retries = 1, kwargs = {1}}},
      {"comes after it with override_task_config", configured,
         {name = "a", override_task_config = true},
         {name = "a", total_retries = 1, override_task_config = true}},
   }
   for _, case in ipairs(cases) do
      local name, func, options, expected = table.unpack(case)
      it(name, function()
         assert.same(expected, decorators.local_task_options(func, options))
      end)
   end

   it("keeps other marks", function()
      local operation = decorators.operation {resumable = true}(named)
      local both = decorators.task_config {name = "x"}(operation)
      assert.is_true(decorators.options(both).resumable)
   end)
end)

describe("decorators.serial_operation (runtime.md 3.4)", function()
   --- An operation on the instance `index` of a node whose instances are in these states.
   local function ctx_of(index, states, workflow)
      local ctx = {
         workflow_id = workflow or "install",
         node = {id = "vm"},
         instance = {id = "vm_" .. index, index = index},
      }
      function ctx.get_node_instances(_, node)
         assert.equal("vm", node)
         local list = {}
         for i = #states, 1, -1 do
            table.insert(list, {id = "vm_" .. i, index = i, state = states[i]})
         end
         return list
      end
      return ctx
   end

   local U, S = "uninitialized", "started"
   --- Name, options, index, states, workflow, whom it waits for.
   local cases = {
      {"runs on the first instance at once", {}, 1, {U, U, U}},
      {"waits for one before that is not started", {}, 2, {U, U, U}, nil, 1},
      {"waits for the first of them", {}, 3, {S, "starting", U}, nil, 2},
      {"runs when all before are started", {}, 3, {S, S, U}},
      {"does not wait for those behind", {}, 2, {S, U, U}},
      {"does not wait in other workflows", {}, 2, {U, U}, "heal"},
      {"waits in the workflows that are named", {workflows = {"heal"}}, 2, {U, U}, "heal", 1},
      {"does not wait in install, then", {workflows = {"heal"}}, 2, {U, U}},
      {"waits for the states that are named", {states = {"configured"}}, 2, {S, U}, nil, 1},
      {"runs when they have come", {states = {"configured", "started"}}, 2, {"configured", U}},
      {"does not wait below the threshold", {threshold = 2}, 3, {S, U, U}},
      {"waits from the threshold on", {threshold = 2}, 3, {S, U, U, S}, nil, 2},
   }
   for _, case in ipairs(cases) do
      local name, options, index, states, workflow, awaited = table.unpack(case, 1, 6)
      it(name, function()
         local ran = decorators.serial_operation(options)(function(ctx, inputs)
            return ctx.instance.index .. inputs.text
         end)
         local ok, result = pcall(ran, ctx_of(index, states, workflow), {text = "!"})
         assert.equal(not awaited, ok)
         if ok then
            assert.equal(index .. "!", result)
         else
            assert.equal("CloudifySerializationRetry", result.type)
            assert.is_true(result.recoverable)
            assert.equal(("vm_%d waits for its turn: vm_%d is %s"):format(index, awaited,
               states[awaited]), result.message)
         end
      end)
   end

   it("works without options, and with those of operation", function()
      assert.equal(1, decorators.serial_operation(function() return 1 end)(ctx_of(1, {U})))
      local options = decorators.options(decorators.serial_operation {resumable = true}(print))
      assert.is_true(options.resumable)
      assert.equal("operation", options.kind)
   end)
end)
