--- The little that a test in plain Lua needs: `check` prints a TAP line, `done` the plan.
local tap = {}

local run, failed = 0, 0

--- Report whether `ok`, under a name made with string.format.
function tap.check(ok, ...)
   run = run + 1
   if not ok then
      failed = failed + 1
   end
   print(("%s %d - %s"):format(ok and "ok" or "not ok", run, string.format(...)))
   if not ok then
      local caller = debug.getinfo(2, "Sl")
      print(("# %s:%d"):format(caller.short_src, caller.currentline))
   end
end

--- Report whether `actual` is `expected`, and show both if not.
function tap.equal(expected, actual, ...)
   tap.check(expected == actual, ...)
   if expected ~= actual then
      print(("# expected: %q\n#      got: %q"):format(tostring(expected), tostring(actual)))
   end
end

--- Print the plan and end the test.
function tap.done()
   print("1.." .. run)
   os.exit(failed == 0)
end

return tap
