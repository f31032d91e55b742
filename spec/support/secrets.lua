--- A world with secrets: their key lies in it, and what is told of them can be searched.
local cfy = require("spec.support.cfy")

local secrets = {}

---@return spec.World
function secrets.world()
   local world = cfy.world()
   world.environment = ("CFY_SECRET_KEY='%s'"):format(world:path("key/secret.key"))

   --- Run cfy with the key of this world. Returns {code, out, err}.
   function world:cfy(...)
      return self:sh(self.environment .. " " .. self:command(...))
   end

   --- The same, which must succeed. Returns what it prints.
   function world:run(...)
      local result = self:cfy(...)
      assert(result.code == 0, result.err .. result.out)
      return result.out
   end

   function world:keep_secret(name, value)
      self:run("secrets", "create", name, "-u", "--file", self:write("value", value))
      os.remove(self:path("value"))
   end

   return world
end

--- A blueprint with one node of a type with the operation `create`, a function of plugin `teller`.
---@param create string  the operation, as YAML
---@param more? string  further sections
function secrets.blueprint(world, create, more)
   world:sh(("mkdir -p '%s/app/plugins' && cp -r spec/fixtures/teller '%s/app/plugins/'"):format(
      world.folder, world.folder))
   return world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports:
  - cloudify/types/types.yaml
plugins:
  teller: {executor: central_deployment_agent, source: teller}
node_types:
  Teller:
    derived_from: cloudify.nodes.Root
    properties:
      secret: {required: false}
    interfaces:
      cloudify.interfaces.lifecycle:
        create: %s
      teller:
        pass_on: teller.teller.tasks.survive
node_templates:
  teller:
    type: Teller
%s]]):format(create, more or ""))
end

--- All that cfy shows of the deployment `app`, with the name of the command in front.
function secrets.shown(world)
   local parts = {}
   local function show(...)
      local result = world:cfy(...)
      table.insert(parts, table.concat({...}, " ") .. ":\n" .. result.out .. result.err)
   end
   show("events", "app", "--verbose")
   show("events", "app", "--json")
   show("executions", "list")
   show("executions", "list", "--json")
   for _, command in ipairs {"node-instances", "outputs", "capabilities", "deployments get"} do
      local first, second = command:match("^(%S+) ?(%S*)$")
      show(first, second ~= "" and second or "app", second ~= "" and "app" or "--json")
      if second == "" then
         show(first, "app")
      end
   end
   return table.concat(parts, "\n")
end

--- The files of the store in which `text` stands as it is; "" if in none.
function secrets.files_with(world, text)
   local pattern = world:write("pattern", text)
   local found = world:sh(("grep -raFl -f '%s' '%s'"):format(pattern, world.store)).out
   os.remove(pattern)
   return found
end

return secrets
