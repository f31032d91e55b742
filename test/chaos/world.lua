--- The folder of a round, cfy as a process in it, and what there is to be seen of its deployment.
local aio = require("cloudify.aio")
local files = require("cloudify.files")
local json = require("cloudify").json

local blueprint = require("blueprint")
local processes = require("chaos.processes")

---@class chaos.World
---@field folder string
---@field build string
---@field tag string what all processes of the round have in their environment
---@field runs integer how many processes of cfy there were
local World = {}
World.__index = World

-- A cfy that takes longer hangs.
local PATIENCE = 60

local world = {}

---@param folder string a new one
---@param variant "resumable"|"mixed"
---@param plugin_beside boolean whether the plugin is beside the blueprint, else found by --plugins
function world.new(build, folder, variant, plugin_beside)
   local self = setmetatable({folder = folder, build = build, runs = 0, settings = "",
      tag = folder:match("[^/]+$")}, World)
   local plugins = plugin_beside and "app/plugins" or "plugins"
   self:sh(("mkdir -p app %s/chaos && cp -r '%s' %s/chaos/chaos && : >journal"):format(plugins,
      world.plugin, plugins))
   files.write(self:path("app/blueprint.yaml"), blueprint.text(folder, variant))
   self.install = "install app/blueprint.yaml -d app"
      .. (plugin_beside and "" or " --plugins plugins")
   return self
end

function World:path(name)
   return files.join(self.folder, name)
end

--- Run a line for the shell in the folder; its exit code (negative: the signal), stdout, stderr.
function World:sh(line)
   local ok, result = pcall(aio.run, {command = line, cwd = self.folder, timeout = PATIENCE})
   if not ok then
      return -1, "", ("'%s' hangs: %s"):format(line, tostring(result))
   end
   return result.code or -result.signal, result.stdout, result.stderr
end

--- Run cfy with its output in files, as what it leaves behind might hold on to a pipe.
---@param faults? string for CLOUDIFY_FAULT
---@return integer code, string errors
function World:cfy(arguments, faults)
   self.runs = self.runs + 1
   local name = ("run-%d"):format(self.runs)
   local line = ("CHAOS_ROUND=%s CHAOS_RUN=%d CFY_STORE=store CLOUDIFY_FAULT='%s' %s"
      .. " exec '%s/cfy' %s >%s.out 2>%s.err </dev/null"):format(self.tag, self.runs, faults or "",
      self.settings, self.build, arguments, name, name)
   files.write(self:path(name .. ".command"), line .. "\n")
   local code, _, hung = self:sh(line)
   return code, hung ~= "" and hung or files.read(self:path(name .. ".err"))
end

--- What a command prints as JSON; nil and the errors if it fails.
function World:ask(arguments)
   local code, out, err = self:sh(("CFY_STORE=store '%s/cfy' %s --json"):format(self.build,
      arguments))
   if code ~= 0 then
      return nil, err
   end
   return json.decode(out)
end

--- The n-th execution of a workflow, or nil: there is none, or that and why it cannot be known.
function World:execution(workflow, n)
   local all, err = self:ask("executions list")
   if not all and not err:find("there is no store", 1, true) then
      return nil, err
   end
   for _, execution in ipairs(all or {}) do
      n = execution.workflow_id == workflow and n - 1 or n
      if n == 0 then
         return execution
      end
   end
end

--- What must be the same whatever happened on the way, as text.
function World:state()
   local instances, err = self:ask("node-instances app")
   if not instances then
      return err
   end
   local lines = {}
   for _, instance in ipairs(instances) do
      table.insert(lines, ("%s %s %s"):format(instance.node_id, instance.state,
         json.encode(instance.runtime_properties)))
   end
   table.sort(lines)
   table.insert(lines, json.encode(self:ask("outputs app") or "no outputs"))
   table.insert(lines, "deployment " .. (self:ask("deployments get app") or {status = "?"}).status)
   return table.concat(lines, "\n")
end

--- What the events of an execution say of each operation.
---@return table<string, chaos.Told>
function World:told(execution)
   local told = {}
   local _, out = self:sh(("CFY_STORE=store '%s/cfy' events %s --json"):format(self.build,
      execution))
   for line in out:gmatch("[^\n]+") do
      local kind = line:match('"event_type":"(task_%a+)"')
      local of_operation = line:find('"operation":"', 1, true)
      if of_operation and (kind == "task_failed" or kind == "task_succeeded") then
         local event = json.decode(line)
         local context = event.context
         local key = ("%s/%s"):format(context.source_name or context.node_name,
            context.operation:match("[^.]+$"))
         told[key] = told[key] or {interrupted = 0, succeeded = 0}
         local field = kind == "task_succeeded" and "succeeded"
            or event.message.text:find("interrupted", 1, true) and "interrupted" or "failed"
         told[key][field] = (told[key][field] or 0) + 1
      end
   end
   return told
end

--- What is wrong with the databases, or nil.
function World:damage()
   local code, out, err = self:sh([[
for db in store/catalog.db store/deployments/*/state.db; do
   [ ! -e "$db" ] || sqlite3 "$db" "PRAGMA integrity_check; PRAGMA foreign_key_check" || exit 1
done | grep -v '^ok$']])
   return (code > 1 or out ~= "" or err ~= "") and out .. err or nil
end

--- Files that should not be there once nothing runs and cfy has ended by itself.
function World:litter()
   local _, out = self:sh([[
cd store/deployments
ls | grep -v '^app$'
ls app/workdir/run]])
   return out ~= "" and out or nil
end

--- Processes of the round that live on.
function World:orphans()
   local setting = "CHAOS_ROUND=" .. self.tag
   local found = processes.find(nil, setting)
   if #found > 0 then
      aio.sleep(0.3)
      found = processes.find(nil, setting)
   end
   return #found > 0 and processes.describe(found) or nil
end

function World:journal()
   return files.read(self:path("journal"))
end

--- Begin a new journal.
function World:turn_page()
   self:sh("mv journal journal-before && : >journal")
end

function World:remove()
   files.remove_tree(self.folder)
end

return world
