--- The judge of journals finds each thing that must not be.
local tap = dofile("test/tap.lua")
local journal = dofile("test/chaos/journal.lua")

local EXPECTED = {["a/create"] = true}

--- Lines of one operation: "KIND PID RUN [resumed]" each.
local function text(declared, lines)
   local whole = {}
   for _, line in ipairs(lines) do
      local kind, pid, run, how = line:match("^(%a+) (%d+) (%d+) ?(%a*)$")
      table.insert(whole, ("%s install a/create %s %s %s %s\n"):format(kind, declared,
         how == "" and "fresh" or how, pid, run))
   end
   return table.concat(whole)
end

local DOUBLE = {"begin 1 1", "end 1 1", "begin 2 2", "end 2 2"}
local REPEATED = {"begin 1 1", "begin 2 2 resumed", "end 2 2"}
local PREFIX = "install: operation 'a/create' "

local cases = {
   -- name, declared, lines, interrupted, succeeded, problem or nil
   {"one run is well", "rigid", {"begin 1 1", "end 1 1"}, 0, 1},
   {"one run of a resumable operation is well", "resumable", {"begin 1 1", "end 1 1"}, 0, 1},
   {"a retry that was asked for is well", "resumable",
    {"begin 1 1", "again 1 1", "begin 1 1", "end 1 1"}, 0, 1},
   {"a resumable operation may be repeated", "resumable", REPEATED, 0, 1},
   {"it may be repeated though it had ended", "resumable",
    {"begin 1 1", "end 1 1", "begin 2 2 resumed", "end 2 2"}, 0, 1},
   {"but it must be told so", "resumable", {"begin 1 1", "begin 2 2", "end 2 2"}, 0, 1,
    "is repeated after an interruption without ctx.resume"},
   {"another may not be repeated", "rigid", DOUBLE, 0, 1,
    "ran 2 times, and failed as interrupted 0 times"},
   {"nor when its first run did not end", "rigid", {"begin 1 1", "begin 2 2", "end 2 2"}, 0, 1,
    "ran 2 times, and failed as interrupted 0 times"},
   {"unless it has failed as interrupted", "rigid", DOUBLE, 1, 1},
   {"once for each time", "rigid", {"begin 1 1", "begin 2 2", "begin 3 3", "end 3 3"}, 1, 1,
    "ran 3 times, and failed as interrupted 1 times"},
   {"the last run must end", "resumable", {"begin 1 1"}, 0, 1, "did not come to its end"},
   {"with success", "resumable", {"begin 1 1", "again 1 1"}, 0, 1, "did not come to its end"},
   {"an older run may not end after the next has begun", "resumable",
    {"begin 1 1", "begin 2 2 resumed", "end 1 1"}, 0, 1,
    "overlaps: a run ended that is not the latest", "did not come to its end"},
   {"nor may both end", "resumable",
    {"begin 1 1", "begin 2 2 resumed", "end 2 2", "end 1 1"}, 0, 1,
    "overlaps: a run ended that is not the latest"},
   {"a worker with the same number in another engine is another", "resumable",
    {"begin 1 1", "begin 1 2 resumed", "end 1 1"}, 0, 1,
    "did not come to its end", "overlaps: a run ended that is not the latest"},
   {"an earlier run may not be alive", "resumable",
    {"begin 1 1", "overlap 2 2", "begin 2 2 resumed", "end 2 2"}, 0, 1,
    "began while an earlier run of it was still alive"},
   {"nothing of an earlier engine may be alive", "resumable", {"orphan 1 1", "begin 1 1",
    "end 1 1"}, 0, 1, "began while something of an earlier engine was still alive"},
   {"children may not live on", "resumable", {"begin 1 1", "begin 2 2 resumed", "woke 1 1",
    "end 2 2"}, 0, 1, "has a child that lived on after its worker or engine was killed"},
   {"it must have been told that it succeeded", "rigid", {"begin 1 1", "end 1 1"}, 0, 0,
    "has succeeded 0 times"},
   {"once", "resumable", {"begin 1 1", "end 1 1", "begin 2 2 resumed", "end 2 2"}, 0, 2,
    "has succeeded 2 times"},
}
for _, case in ipairs(cases) do
   local name, declared, lines, interrupted, succeeded = table.unpack(case, 1, 5)
   local expected = {}
   for i = 6, #case do
      table.insert(expected, PREFIX .. case[i])
   end
   table.sort(expected)
   local problems = journal.check(journal.parse(text(declared, lines)), "install", EXPECTED,
      {["a/create"] = {interrupted = interrupted, succeeded = succeeded}})
   tap.equal(table.concat(expected, "; "), table.concat(problems, "; "), "%s", name)
end

local function problems_of(whole, expected)
   return table.concat(journal.check(journal.parse(whole), "install", expected,
      {["a/create"] = {interrupted = 0, succeeded = 1}}), "; ")
end

local well = text("rigid", {"begin 1 1", "end 1 1"})
tap.equal(PREFIX .. "did not run", problems_of("", EXPECTED), "what must run is missed")
tap.equal(PREFIX .. "ran, but not in the undisturbed run", problems_of(well, {}),
   "what must not run is found")
tap.equal('the journal has a broken line: "begin inst"',
   problems_of(well .. "begin inst", EXPECTED), "a broken line is found")
tap.equal("", problems_of(well .. well:gsub("install", "uninstall"), EXPECTED),
   "each workflow stands for itself")
tap.done()
