--- The blueprint of the campaign: thirty nodes that depend on each other, of every kind of work.
local blueprint = {}

local NODES = 30
local KINDS = {"sleep", "child", "update", "sum", "nothing", "print", "retry"}

local HEAD = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {chaos: {executor: central_deployment_agent, source: chaos}}
]]

local TYPES = [[
node_types:
  Resumable:
    derived_from: cloudify.nodes.Root
    properties: {folder: {default: FOLDER}, does: {}, seconds: {default: 0.01}}
    interfaces:
      cloudify.interfaces.lifecycle:
        create: RESUMABLE
        configure: RESUMABLEASYNC
        start: RESUMABLE
        stop: RESUMABLEASYNC
        delete: RESUMABLE
  Rigid:
    derived_from: cloudify.nodes.Root
    properties: {folder: {default: FOLDER}, does: {}, seconds: {default: 0.01}}
    interfaces:
      cloudify.interfaces.lifecycle:
        create: RIGID
        configure: RESUMABLE
        start: RIGIDASYNC
        stop: RIGID
        delete: RESUMABLE
relationships:
  tied:
    derived_from: cloudify.relationships.depends_on
    source_interfaces:
      cloudify.interfaces.relationship_lifecycle: {establish: RESUMABLE, unlink: RESUMABLE}
  tied_rigidly:
    derived_from: cloudify.relationships.depends_on
    source_interfaces:
      cloudify.interfaces.relationship_lifecycle: {establish: RIGID, unlink: RIGID}
]]

local function name(number)
   return ("n%02d"):format(number)
end

--- A tree: the k-th depends on the k/3-th, every fifth also on its neighbour.
local function node(number)
   local kind = KINDS[number % #KINDS + 1]
   local relationships = {}
   if number > 1 then
      table.insert(relationships, ("{type: %s, target: %s}"):format(
         number % 4 == 0 and (kind == "retry" and "tied" or "tied_rigidly")
         or number % 4 == 2 and "tied" or "cloudify.relationships.depends_on",
         name(math.max(1, number // 3))))
   end
   if number % 5 == 0 then
      table.insert(relationships, ("{type: cloudify.relationships.depends_on, target: %s}"):format(
         name(number - 1)))
   end
   return ([[
  %s:
    type: %s
    properties: {does: %s, seconds: %g}
    relationships: [%s]
]]):format(name(number), number % 3 == 0 and kind ~= "retry" and "Rigid" or "Resumable", kind,
      0.005 + 0.005 * (number % 4), table.concat(relationships, ", "))
end

---@param folder string where the journal is
---@param variant "resumable"|"mixed" whether operations called rigid are resumable, too
function blueprint.text(folder, variant)
   local tasks = "chaos.chaos.tasks."
   local rigid = tasks .. (variant == "mixed" and "rigid" or "resumable")
   local types = TYPES:gsub("%u%u%u+", {FOLDER = folder, RESUMABLE = tasks .. "resumable",
      RESUMABLEASYNC = tasks .. "resumable_async", RIGID = rigid, RIGIDASYNC = rigid .. "_async"})
   local lines = {HEAD, types, "node_templates:\n"}
   for number = 1, NODES do
      table.insert(lines, node(number))
   end
   table.insert(lines, ("outputs: {sum: {value: {get_attribute: [%s, sum]}}}\n"):format(name(29)))
   return table.concat(lines)
end

--- Node and operation of each line that may sleep deeply, as in the names of its files.
function blueprint.sleepers(workflow)
   local found = {}
   for number = 1, NODES do
      for _, operation in ipairs(workflow == "install" and {"create", "configure", "start"}
         or {"stop", "delete"}) do
         table.insert(found, ("sleepy-%s-%s-%s"):format(workflow, name(number), operation))
      end
   end
   return found
end

return blueprint
