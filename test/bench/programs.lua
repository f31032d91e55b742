--- The programs that are measured and those that measure, as a benchmark runs them: in a work
--- folder, with their messages kept, and an end of the benchmark when one fails.
local programs = {}
programs.__index = programs

local function quote(text)
   return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The programs in `build`, with the empty folder `work`. It is on the disk of the build, also for
--- the probe: a /tmp may be memory.
function programs.new(build, work)
   assert(os.execute("rm -rf " .. quote(work) .. " && mkdir -p " .. quote(work)))
   return setmetatable({build = build, work = work, log = work .. "/log"}, programs)
end

--- Remove the work folder.
function programs:remove()
   assert(os.execute("rm -rf " .. quote(self.work)))
end

--- Say why there is no benchmark, and end.
function programs.fail(format, ...)
   io.stderr:write("bench: ", format:format(...), "\n")
   os.exit(1)
end

--- Run a command line, its standard error appended to the log, and give what it prints.
function programs:capture(...)
   local words = {}
   for _, word in ipairs{...} do
      table.insert(words, quote(tostring(word)))
   end
   local pipe = assert(io.popen(table.concat(words, " ") .. " 2>>" .. quote(self.log)))
   local output = pipe:read("a")
   if not pipe:close() then
      os.execute("tail -n 20 " .. quote(self.log) .. " >&2")
      programs.fail("command failed: %s\n%s(its last messages are above, all of them in '%s')",
                    table.concat(words, " "), output, self.log)
   end
   return output
end

--- Run one of the programs of test/bench; gives the flat object of numbers that it prints.
function programs:numbers(program, ...)
   local object = {}
   local text = self:capture(self.build .. "/test/bench/" .. program, ...)
   for key, value in text:gmatch('"([%w_]+)": (-?[%d.]+)') do
      object[key] = tonumber(value)
   end
   return object
end

--- The path of a store in the work folder.
function programs:store(name)
   return self.work .. "/store-" .. name
end

--- The words of a command of cfy that works on a store of the work folder.
---@param command string|table  one word or several
function programs:cfy(store, command, ...)
   local words = {self.build .. "/cfy"}
   table.move(type(command) == "table" and command or {command}, 1, 2, 2, words)
   table.move({"--store", self:store(store), ...}, 1, 2 + select("#", ...), #words + 1, words)
   return table.unpack(words)
end

--- Times and memory of a command of cfy (measure.c).
function programs:measure(store, command, ...)
   return self:numbers("measure", self:cfy(store, command, ...))
end

--- What a machine like this does with the bare mechanism (probe.c).
function programs:probe(workers, operations)
   return self:numbers("probe", "--json", "-j", workers, "-n", operations, "-d", self.work)
end

--- A benchmark of an install that did nothing would look splendid.
function programs:check_started(store, id, expected)
   local output = self:capture(self:cfy(store, "node-instances", id, "--json"))
   local _, started = output:gsub('"state"%s*:%s*"started"', "")
   if started ~= expected then
      programs.fail("deployment '%s': %d of %d node instances are started", id, started, expected)
   end
end

return programs
