--- Catching errors with all that is known of them: runtime.md 3.7, 3.8.
local exceptions = require("cloudify.exceptions")
local utils = require("cloudify.utils")

local HERE = "utils_spec.lua:"

--- The line of the caller, as it stands in a traceback.
local function here()
   return HERE .. debug.getinfo(2, "l").currentline .. ":"
end

describe("cloudify.utils.try", function()
   it("returns what the function returns", function()
      assert.same({true, 1, 2}, {utils.try(function(...) return ... end, 1, 2)})
   end)

   it("may yield", function()
      local co = coroutine.wrap(function() return utils.try(coroutine.yield, "out") end)
      assert.equal("out", co())
      assert.same({true, "in"}, {co("in")})
   end)

   -- runtime.md 3.7: anything that is no exception is a RecoverableError with the same message
   local told = setmetatable({}, {__tostring = function() return "told" end})
   local silent = setmetatable({}, {__tostring = function() error("no text") end})
   local values = {
      {"a string", "boom", "boom"},
      {"a number", 42, "42"},
      {"nil", nil, "nil"},
      {"a table with a message", {message = "boom", code = 3}, "boom"},
      {"a table", {code = 3, at = {"here"}}, '{"at":["here"],"code":3}'},
      {"a table that tells its text", told, "told"},
      {"a table that fails to tell it", silent, "an error whose text cannot be told: a table"},
   }
   for _, case in ipairs(values) do
      it("makes a RecoverableError of " .. case[1] .. ", with its text", function()
         local ok, err = utils.try(function() error(case[2], 0) end)
         assert.is_false(ok)
         assert.equal(case[3], err.message)
         assert.is_true(exceptions.is(err, exceptions.RecoverableError))
         assert.matches(HERE, err.traceback)
      end)
   end

   it("tells the text of a table that cannot be written down", function()
      local _, err = utils.try(error, {print})
      assert.matches("^table: ", err.message)
   end)

   it("keeps a zero byte", function()
      local _, err = utils.try(error, "a\0b")
      assert.equal("a\0b", err.message)
   end)

   it("survives a function that calls itself without end", function()
      local function f() return 1 + f() end
      local ok, err = utils.try(f)
      assert.is_false(ok)
      assert.matches("stack overflow", err.message)
      assert.matches(HERE, err.traceback)
   end)

   it("gives an exception the traceback of where it was raised", function()
      local place
      local _, err = utils.try(function()
         place = here() error(exceptions.StopAgent("x"))
      end)
      assert.truthy(err.traceback:find(place, 1, true), err.traceback)
      assert.falsy(err.traceback:find("made at", 1, true), err.traceback)
   end)

   it("tells where it was made, too, if that is another place", function()
      local made, raised
      local _, err = utils.try(function()
         local _, caught = pcall(function()
            made = here() error(exceptions.NonRecoverableError("deep"))
         end)
         raised = here() error(caught)
      end)
      local first, second = err.traceback:match("^(.*)\nmade at\n(.*)$")
      assert.truthy(first:find(raised, 1, true), err.traceback)
      assert.truthy(second:find(made, 1, true), err.traceback)
   end)

   it("keeps the first traceback when an exception is raised again", function()
      local _, first = utils.try(error, exceptions.StopAgent("x"))
      local traceback = first.traceback
      local _, second = utils.try(function() error(first) end)
      assert.equal(traceback, second.traceback)
   end)
end)

describe("cloudify.utils.exception_to_error_cause (runtime.md 3.8)", function()
   it("gives message, class and traceback", function()
      local place
      local _, err = utils.try(function()
         place = here() error(exceptions.HttpException("http://x", 404, "gone"))
      end)
      local cause = utils.exception_to_error_cause(err)
      assert.equal("404 (http://x) : gone", cause.message)
      assert.equal("HttpException", cause.type)
      assert.truthy(cause.traceback:find(place, 1, true), cause.traceback)
      local wrapper = exceptions.NonRecoverableError("no", {causes = {cause}})
      assert.same({cause}, wrapper.causes)
   end)

   it("knows where an exception that pcall() caught was made", function()
      local place
      local _, err = pcall(function()
         place = here() error(exceptions.NonRecoverableError("no"))
      end)
      local cause = utils.exception_to_error_cause(err)
      assert.truthy(cause.traceback:find(place, 1, true), cause.traceback)
   end)

   it("takes any error value", function()
      local cause = utils.exception_to_error_cause("text")
      assert.equal("text", cause.message)
      assert.equal("RecoverableError", cause.type)
      assert.is_string(cause.traceback)
   end)
end)
