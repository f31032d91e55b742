--- Runs cfy as a process, in a folder of its own.
local cfy = {}

local BUILD = assert(os.getenv("CFY_BUILD"), "CFY_BUILD must name the build directory")

local function read(path)
   local file = assert(io.open(path, "rb"))
   local text = file:read("a")
   file:close()
   return text
end

local function quote(text)
   return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

---@class spec.World  a temporary folder with a store
local World = {}
World.__index = World

function cfy.world()
   local pipe = assert(io.popen("mktemp -d"))
   local folder = pipe:read("l")
   pipe:close()
   return setmetatable({folder = folder, store = folder .. "/store"}, World)
end

function World:remove()
   os.execute("chmod -R u+w " .. quote(self.folder) .. "; rm -rf " .. quote(self.folder))
end

function World:path(name)
   return self.folder .. "/" .. name
end

function World:write(name, text)
   local path = self:path(name)
   os.execute("mkdir -p " .. quote(path:match("^(.*)/")))
   local file = assert(io.open(path, "wb"))
   file:write(text)
   file:close()
   return path
end

function World.read(_, path)
   return read(path)
end

--- What a file of the folder has so far; "" if it is not there yet.
function World:so_far(name)
   local file = io.open(self:path(name), "rb")
   local text = file and file:read("a") or ""
   if file then
      file:close()
   end
   return text
end

--- The command line of cfy with these arguments, for a shell.
function World:command(...)
   local words = {"CFY_STORE=" .. quote(self.store), quote(BUILD .. "/cfy")}
   for _, argument in ipairs {...} do
      words[#words + 1] = quote(argument)
   end
   return table.concat(words, " ")
end

--- Run a shell command. Returns {code, out, err}.
function World:sh(command)
   local out, err = self:path("stdout"), self:path("stderr")
   local _, _, code = os.execute(("( %s ) >%s 2>%s </dev/null"):format(command, out, err))
   return {code = code, out = read(out), err = read(err)}
end

function World:cfy(...)
   return self:sh(self:command(...))
end

--- The node instances of a deployment, as cfy tells of them.
function World:instances(deployment)
   return require("cloudify").json.decode(self:cfy("node-instances", deployment, "--json").out)
end

--- A blueprint with one node `thing` of a type whose operations are functions of plugin `probe`.
---@param operations table<string, string>  operation of the lifecycle -> function
---@param more? string  further sections
function World:blueprint(operations, more)
   local mapped = {}
   for name, text in pairs(operations) do
      mapped[#mapped + 1] = ("          %s: probe.probe.tasks.%s"):format(name, text)
   end
   table.sort(mapped)
   os.execute(("mkdir -p %s/app/plugins && cp -r spec/fixtures/probe %s/app/plugins/")
      :format(quote(self.folder), quote(self.folder)))
   return self:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_4
imports:
  - cloudify/types/types.yaml
plugins:
  probe: {executor: central_deployment_agent, source: probe}
node_types:
  probe.Thing:
    derived_from: cloudify.nodes.Root
    properties:
      text: {type: string, default: hello}
      marker: {type: string, default: %s}
    interfaces:
      cloudify.interfaces.lifecycle:
%s
node_templates:
  thing:
    type: probe.Thing
%s]]):format(self:path("marker"), table.concat(mapped, "\n"):gsub("          ", "        "),
      more or ""))
end

--- Wait until `condition` holds; returns whether it does. That it never will is only said after
--- longer than a busy machine takes for anything.
function cfy.eventually(condition)
   local deadline = os.time() + 60
   repeat
      if condition() then
         return true
      end
      os.execute("sleep 0.02")
   until os.time() > deadline
   return condition()
end

function cfy.is_alive(pid)
   local file = io.open("/proc/" .. pid .. "/stat")
   if not file then
      return false
   end
   local state = file:read("a"):match("%) (%a)")
   file:close()
   return state ~= "Z"
end

return cfy
