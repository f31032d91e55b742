local selection = require("cloudify.workflows.selection")

local function instance(id, node_id, ...)
   local types = {}
   for _, name in ipairs({...}) do
      types[name] = true
   end
   local node = {is_derived_from = function(_, name) return types[name] == true end}
   return {id = id, node_id = node_id, node = node}
end

local all = {
   instance("vm_1", "vm", "cloudify.nodes.Root", "cloudify.nodes.Compute"),
   instance("web_1", "web", "cloudify.nodes.Root", "cloudify.nodes.WebServer"),
   instance("web_2", "web", "cloudify.nodes.Root", "cloudify.nodes.WebServer"),
}

local function context()
   local position = 0
   return {node_instances = function()
      position = position + 1
      return all[position]
   end}
end

local function ids(instances)
   local list = {}
   for _, chosen in ipairs(instances) do
      table.insert(list, chosen.id)
   end
   return table.concat(list, " ")
end

describe("cloudify.workflows.selection", function()
   local cases = {
      {"lets everything pass without a filter", {}, "vm_1 web_1 web_2", ""},
      {"takes empty lists for no filter", {node_ids = {}, type_names = {}}, "vm_1 web_1 web_2", ""},
      {"chooses by node", {node_ids = {"web"}}, "web_1 web_2", "vm_1"},
      {"chooses by instance", {node_instance_ids = {"web_2"}}, "web_2", "vm_1 web_1"},
      {"chooses by type", {type_names = {"cloudify.nodes.Compute"}}, "vm_1", "web_1 web_2"},
      {"knows types that others derive from", {type_names = {"cloudify.nodes.Root"}},
         "vm_1 web_1 web_2", ""},
      {"wants all filters to agree", {node_ids = {"web"}, node_instance_ids = {"web_1", "vm_1"}},
         "web_1", "vm_1 web_2"},
   }
   for _, case in ipairs(cases) do
      local name, parameters, chosen, others = table.unpack(case)
      it(name, function()
         local instances, rest = selection.choose(context(), parameters)
         assert.same({chosen, others}, {ids(instances), ids(rest)})
      end)
   end
end)
