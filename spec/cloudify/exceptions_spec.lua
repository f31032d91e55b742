--- What plugins raise: runtime.md 4, and 3.8 as far as Lua sees it.
local exceptions = require("cloudify.exceptions")

--- runtime.md 4: class -> its parent, or "" where it has none.
local PARENTS = {
   NonRecoverableError = "", RecoverableError = "", RuntimeError = "",
   OperationRetry = "RecoverableError", CloudifySerializationRetry = "RecoverableError",
   HttpException = "NonRecoverableError", ProcessKillCancelled = "NonRecoverableError",
   CommandExecutionError = "RuntimeError", CommandExecutionException = "",
   TimeoutException = "", ClosedAMQPClientException = "", PluginInstallationError = "",
   StopAgent = "", WorkflowFailed = "RuntimeError", InvalidBlueprintImport = "RuntimeError",
   NotInContext = "RuntimeError", ExecutionCancelled = "", ScriptException = "",
   RequestError = "RuntimeError", ProcessException = "", StorageConflictError = "",
}

describe("cloudify.exceptions (runtime.md 4)", function()
   it("tell no user and password of a URL, and all else, zeros too", function()
      local err = exceptions.NonRecoverableError("\0a://u:p@h/\0\0 b, c://u:p@h d\0")
      assert.equal("\0a://h/\0\0 b, c://h d\0", err.message)
   end)

   it("has all classes, and no other", function()
      local names = {}
      for name, class in pairs(exceptions) do
         if type(class) == "table" then
            names[name] = PARENTS[name]
            assert.equal(name, class.name)
         end
      end
      assert.same(PARENTS, names)
   end)

   for name, parent in pairs(PARENTS) do
      it(name .. " is what it is derived from, and nothing else", function()
         local err = exceptions[name]("text")
         assert.equal(name, err.type)
         for other in pairs(PARENTS) do
            local expected = other == name or other == parent
            assert.equal(expected, exceptions.is(err, exceptions[other]), other)
            assert.equal(expected, exceptions.is(err, other), other)
         end
      end)
   end

   it("tells exceptions from other error values", function()
      assert.is_false(exceptions.is("text", exceptions.NonRecoverableError))
      assert.is_false(exceptions.is({type = "NonRecoverableError"}, "NonRecoverableError"))
      assert.is_false(exceptions.is(io.stdout, exceptions.NonRecoverableError))
      assert.is_false(exceptions.is(nil, exceptions.NonRecoverableError))
   end)

   --- Class, arguments by position, the same by name, message.
   local arguments = {
      {"NonRecoverableError", {"no"}, {message = "no"}, "no"},
      {"RecoverableError", {"wait", 30}, {message = "wait", retry_after = 30},
         "wait [retry_after=30]"},
      {"RecoverableError", {}, {}, ""},
      {"OperationRetry", {"later", 0.5}, {message = "later", retry_after = 0.5},
         "later [retry_after=0.5]"},
      {"CloudifySerializationRetry", {"not yet"}, {message = "not yet"}, "not yet"},
      {"HttpException", {"http://x", 404, "gone"}, {url = "http://x", code = 404, message = "gone"},
         "404 (http://x) : gone"},
      {"CommandExecutionError", {"mkfs", "no such file"},
         {command = "mkfs", error = "no such file"},
         "command 'mkfs' could not start: no such file"},
      {"CommandExecutionException", {"mkfs", "busy", "formatting", 32},
         {command = "mkfs", error = "busy", output = "formatting", code = 32},
         "command 'mkfs' ended with code 32, stdout: formatting, stderr: busy"},
      {"ProcessException", {"run.sh", 3, "out", "err"},
         {command = "run.sh", exit_code = 3, stdout = "out", stderr = "err"},
         "command 'run.sh' ended with code 3, stdout: out, stderr: err"},
      {"ProcessException", {"run.sh", 3}, {command = "run.sh", exit_code = 3},
         "command 'run.sh' ended with code 3"},
      {"RequestError", {"no such key", "KeyError", "trace"},
         {ex_message = "no such key", ex_type = "KeyError", ex_traceback = "trace"},
         "KeyError: no such key"},
      {"ScriptException", {"stop", true}, {message = "stop", retry = true}, "stop"},
   }
   for _, case in ipairs(arguments) do
      local name, positional, named, message = table.unpack(case)
      it(name .. " takes its arguments by position and by name: " .. message, function()
         local class = exceptions[name]
         for _, err in ipairs {class(table.unpack(positional)), class(named)} do
            assert.equal(message, err.message)
            assert.equal(message, tostring(err))
            assert.same({}, err.causes)
            for field, value in pairs(named) do
               if field ~= "message" then
                  assert.equal(value, err[field])
               end
            end
         end
      end)
   end

   it("says retry_after in the message once", function()
      local err = exceptions.RecoverableError("wait", 30)
      assert.equal(err.message, exceptions.RecoverableError(err.message, 30).message)
   end)

   it("takes the seconds of retry_after in a string, as blueprints may have them", function()
      assert.equal(30, exceptions.RecoverableError("wait", {retry_after = "30"}).retry_after)
   end)

   for _, value in ipairs {"soon", -1, 0 / 0, math.huge, "1e999", false} do
      it("refuses to retry after " .. tostring(value), function()
         local ok, err = pcall(exceptions.OperationRetry, "wait", value)
         assert.is_false(ok)
         assert.equal("OperationRetry: retry_after must be a finite number of seconds, 0 or more, "
            .. "not " .. tostring(value), err.message)
      end)
   end

   it("keeps fields of the author's own, but not a type", function()
      local err = exceptions.NonRecoverableError {message = "no", volume = "v1", type = "Mine"}
      assert.equal("v1", err.volume)
      assert.equal("NonRecoverableError", err.type)
      assert.is_nil(err.retry_after)
      assert.is_nil(err[1])
   end)

   it("makes its message of whatever is given", function()
      assert.equal("42", exceptions.NonRecoverableError(42).message)
      assert.equal("", exceptions.NonRecoverableError().message)
   end)

   describe("causes (runtime.md 3.8)", function()
      local cause = {message = "disk full", type = "IOError", traceback = "at write"}

      for name, err in pairs {
         ["by name"] = exceptions.NonRecoverableError("no", {causes = {cause}}),
         ["in one table"] = exceptions.HttpException {url = "u", code = 1, causes = {cause}},
         ["by position"] = exceptions.RecoverableError("no", 1, {cause}),
         ["without a list"] = exceptions.NonRecoverableError("no", {causes = cause}),
      } do
         it("are given " .. name, function()
            assert.same({cause}, err.causes)
         end)
      end

      it("may be exceptions: their own causes come before them", function()
         local first = exceptions.HttpException("http://x", 500, "broken", {cause})
         local err = exceptions.NonRecoverableError("no", {causes = {first}})
         assert.equal(2, #err.causes)
         assert.same(cause, err.causes[1])
         assert.equal("HttpException", err.causes[2].type)
         assert.equal("500 (http://x) : broken", err.causes[2].message)
         assert.matches("exceptions_spec.lua", err.causes[2].traceback)
      end)

      it("may be any error value", function()
         local err = exceptions.NonRecoverableError("no", {causes = {"text"}})
         assert.equal("text", err.causes[1].message)
         assert.equal("RecoverableError", err.causes[1].type)
      end)
   end)
end)
