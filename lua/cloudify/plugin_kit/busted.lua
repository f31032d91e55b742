--- Runs the specs of a plugin, as `cfy plugins test` does:
--- `lua-runner -m cloudify.plugin_kit.busted NOTE FOLDER [ARGUMENT]...`, with arguments of
--- busted. The file NOTE gets the name of the spec that is running.
local coverage = require("cloudify.plugin_kit.coverage")

local MISSING = [[
cfy: busted, which runs the specs, is not installed for Lua 5.4:
  apt install lua-busted
  or: luarocks --lua-version 5.4 install busted
]]

local function is_of_runtime(info)
   return info.source:find("^@cloudify/") ~= nil
end

--- Errors that were raised in a module of the runtime, or in C, are those of whoever called it:
--- busted is told of the first place beyond. It looks for one itself, from `level` on.
local function blame_callers(busted)
   local trace = busted.getTrace
   function busted.getTrace(element, level, message)
      local wanted = level or 3
      local at = wanted
      local info = debug.getinfo(at, "S")
      while info and (info.what == "C" or is_of_runtime(info)) do
         at = at + 1
         info = debug.getinfo(at, "S")
      end
      local found = trace(element, (info and at or wanted) + 1, message)
      return found
   end
   return busted
end

--- Busted makes what runs the specs with the function that this module is.
local function wrap_core()
   local new = require("busted.core")
   package.loaded["busted.core"] = function(...) return blame_callers(new(...)) end
end

local function write_note(path, text)
   local file <close> = io.open(path, "w")
   if file then
      file:write(text)
   end
end

--- The name of a spec, with those of the blocks around it.
local function full_name(element, parent)
   local names = {}
   local block = parent
   while block and block.descriptor == "describe" do
      table.insert(names, 1, block.name)
      block = require("busted").parent(block)
   end
   table.insert(names, element.name)
   return table.concat(names, " ")
end

--- Busted hands out its events once it has made its own module: call `subscribe` with that.
local function when_made(subscribe)
   local busted = getmetatable(require("busted"))
   local make = busted.__call
   function busted.__call(...)
      local made = make(...)
      subscribe(made)
      return made
   end
end

--- Note each spec when it starts.
local function note_specs(path)
   when_made(function(made)
      made.subscribe({"test", "start"}, function(element, parent)
         local trace = element.trace or {}
         write_note(path, ("%s:%s: %s"):format(trace.short_src or "?", trace.currentline or "?",
            full_name(element, parent)))
         return nil, true
      end)
      made.subscribe({"test", "end"}, function()
         write_note(path, "")
         return nil, true
      end)
   end)
end

--- Take the option `--coverage` out of `arg`. Busted has one of that name, which needs a rock.
local function take_coverage()
   for i = #arg, 1, -1 do
      if arg[i] == "--coverage" then
         return table.remove(arg, i)
      end
   end
   return nil
end

local function print_coverage(notes)
   local project = require("cloudify.plugin_kit.project").open(".")
   local run = coverage.read(notes, coverage.below(require("lfs").currentdir()))
   local results = {}
   for _, path in ipairs(project:sources()) do
      local chunk = loadfile(path, "t")
      if chunk then
         table.insert(results, coverage.compare(path, chunk, run[path] or {}))
      end
   end
   io.write("\n", coverage.table(results))
end

--- From now on note which lines are run, and tell when busted has done its work.
local function cover()
   local notes = os.tmpname()
   assert(require("cloudify.coverage").begin(notes))
   when_made(function(made)
      made.subscribe({"exit"}, function()
         print_coverage(notes)
         os.remove(notes)
         return nil, true
      end)
   end)
end

--- Busted reads the global `arg`, and looks at files from the working directory on.
local function run()
   local note, folder = table.remove(arg, 1), table.remove(arg, 1)
   local ok, runner = pcall(require, "busted.runner")
   if not ok then
      if package.searchpath("busted.runner", package.path) then
         error(runner, 0)
      end
      io.stderr:write(MISSING)
      os.exit(1)
   end
   wrap_core()
   note_specs(note)
   if take_coverage() then
      cover()
   end
   assert(require("lfs").chdir(folder))
   if #arg == 0 and not require("lfs").attributes("spec") then
      io.stderr:write(("cfy: plugin '%s' has no folder 'spec' with tests: spec/NAME_spec.lua is "
         .. "one ('cfy plugins new' shows examples)\n"):format(folder))
      os.exit(1)
   end
   require("cloudify.plugin_loader").open(".")
   runner({standalone = false})
end

return run
