--- The crash campaign: `lua-runner campaign.lua BUILD ROUNDS [SEED]` runs ROUNDS rounds, each made
--- by its own seed, from SEED on, and closes with `N passed, N failed`. JOBS of them (2) run beside
--- each other. What a failing round leaves behind stays. docs/chaos.md says what a round is.
local here = arg[0]:match("^(.*)/") or "."
package.path = ("%s/?.lua;%s/plugin/?.lua;%s"):format(here, here, package.path)

local files = require("cloudify.files")
local round = require("round")
local world = require("world")

local function absolute(path)
   local pipe <close> = assert(io.popen(("realpath '%s'"):format(path)))
   return assert(pipe:read("l"), path .. " is not there")
end

--- Where nothing has to wait for a disk, if there is such a place.
local function folder_for(seed)
   local base = os.getenv("TMPDIR") or files.is_dir("/dev/shm") and "/dev/shm" or "/tmp"
   local pipe <close> = assert(io.popen(("mktemp -d '%s/chaos-%s-XXXXXX'"):format(base, seed)))
   return pipe:read("l")
end

local function run_round(build, seed, usual)
   local folder = folder_for(seed)
   local problems, story = round.run(build, folder, seed, usual)
   if #problems == 0 then
      print("ok " .. seed)
      return
   end
   print(("FAILED SEED=%s, see %s"):format(seed, folder))
   for _, text in ipairs(story) do
      print("   " .. text)
   end
   for _, text in ipairs(problems) do
      print("   * " .. text:gsub("\n", "\n     "))
   end
end

--- The rounds of one job: every `step`-th.
local function run_rounds(build, first, last, step)
   local usual = {}
   for _, variant in ipairs {"resumable", "mixed"} do
      usual[variant] = round.undisturbed(build, folder_for(variant), variant)
   end
   for seed = first, last, step do
      run_round(build, seed, usual)
      io.stdout:flush()
   end
end

local function quote(text)
   return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

--- Start the jobs and add up what they say.
local function run_jobs(build, rounds, seed, jobs)
   local pipes, passed = {}, 0
   for job = 1, jobs do
      local words = {build .. "/lua-runner", arg[0], build, rounds, seed, job, jobs}
      for i, word in ipairs(words) do
         words[i] = quote(word)
      end
      pipes[job] = assert(io.popen(table.concat(words, " ") .. " 2>&1"))
   end
   for _, pipe in ipairs(pipes) do
      for line in pipe:lines() do
         if line:match("^ok %d+$") then
            passed = passed + 1
         else
            print(line)
         end
      end
      pipe:close()
   end
   return passed
end

local build, rounds, seed = absolute(arg[1]), tonumber(arg[2]), tonumber(arg[3]) or os.time()
world.plugin = absolute(here .. "/plugin/chaos")
if arg[4] then
   local job, jobs = tonumber(arg[4]), tonumber(arg[5])
   run_rounds(build, seed + job - 1, seed + rounds - 1, jobs)
   return
end
local passed = run_jobs(build, rounds, seed, tonumber(os.getenv("JOBS")) or 2)
if passed < rounds then
   print("repeat a round with: make chaos ROUNDS=1 SEED=...")
end
print(("%d passed, %d failed"):format(passed, rounds - passed))
os.exit(passed == rounds)
