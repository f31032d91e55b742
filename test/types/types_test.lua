--- The built-in types as blueprints get them: what is there in each variant, and that all of it is
--- documented. Reads the YAML of types.yaml.in, which is a small part of YAML, by itself.
local tap = dofile("test/tap.lua")
local variants = dofile("types/variants.lua")

---@return string[] lines without comments, blank lines and folded text
local function significant_lines(text)
   local lines, folded_indent = {}, nil
   for line in text:gmatch("([^\n]*)\n") do
      local indent = #line:match("^ *")
      if folded_indent and indent <= folded_indent then
         folded_indent = nil
      end
      if not folded_indent and line:match("^%s*[^%s#]") then
         table.insert(lines, line)
         folded_indent = line:match(">%-$") and indent
      end
   end
   return lines
end

--- Parse block mappings with anchors, aliases and merge keys; every other value stays text.
local function parse(text)
   local root = {}
   local open = {{indent = -1, map = root}}     -- the mappings around the current line
   local anchors = {}
   for _, line in ipairs(significant_lines(text)) do
      local spaces, key, value = line:match("^( *)([%w_.<-]+): ?(.*)$")
      assert(key, line)
      while open[#open].indent >= #spaces do
         table.remove(open)
      end
      local parent = open[#open].map
      local anchor, alias = value:match("^&(%S+)"), value:match("^%*(%S+)$")
      value = value:gsub("^&%S+ ?", "")
      if alias then
         value = assert(anchors[alias], alias)
      elseif value == "" then
         value = {}
         table.insert(open, {indent = #spaces, map = value})
      end
      if anchor then
         anchors[anchor] = value
      end
      if key == "<<" then
         for merged_key, merged in pairs(value) do
            parent[merged_key] = parent[merged_key] or merged
         end
      else
         assert(not parent[key], "twice: " .. line)
         parent[key] = value
      end
   end
   return root
end

local function find(map, path)
   for key in path:gmatch("[^/]+") do
      if type(map) ~= "table" then
         return nil
      end
      map = map[key]
   end
   return map
end

local function sorted_keys(map)
   local keys = {}
   for key in pairs(map) do
      table.insert(keys, key)
   end
   table.sort(keys)
   return keys
end

--- The words of `text`, each with `prefix`, in the order of sorted_keys().
local function names(prefix, text)
   local set = {}
   for word in text:gmatch("%S+") do
      set[prefix .. word] = true
   end
   return table.concat(sorted_keys(set), " ")
end

--- Call `visit(path, schema)` for every property, parameter and operation input.
local function each_schema(map, path, visit)
   for _, key in ipairs(sorted_keys(map)) do
      local value, here = map[key], path .. "/" .. key
      if type(value) == "table" and key ~= "default" then
         if key == "properties" or key == "parameters" or key == "inputs" then
            for name, schema in pairs(value) do
               visit(here .. "/" .. name, schema)
            end
         else
            each_schema(value, here, visit)
         end
      end
   end
end

local source = assert(io.open("types/types.yaml.in", "rb")):read("a")
local texts, trees = {}, {}
for _, variant in ipairs(variants.all) do
   texts[variant.version] = assert(variants.select(source, variant.version))
   trees[variant.version] = parse(texts[variant.version])
end

local NODES = "cloudify.nodes."
local old_nodes = [[Root Compute Container Tier Volume ObjectStorage Network Subnet Port Router
   LoadBalancer VirtualIP SecurityGroup Database ApplicationModule FileSystem SoftwareComponent DBMS
   ApplicationServer MessageBusServer WebServer CloudifyManager Component ServiceComponent
   SharedResource Blueprint]]
local sections = {
   {"", names("", [[tosca_definitions_version metadata plugins node_types relationships workflows
      data_types policy_types policy_triggers]])},
   {"plugins", names("", "agent cfy_extensions default_workflows script")},
   {"relationships", names("cloudify.relationships.", [[depends_on connected_to contained_in
      depends_on_lifecycle_operation depends_on_shared_resource connected_to_shared_resource
      file_system_depends_on_volume file_system_contained_in_compute]])},
   {"workflows", names("", [[install uninstall reinstall start stop restart execute_operation heal
      scale check_status check_drift pull rollback install_new_agents validate_agents]])},
   {"data_types", names("cloudify.datatypes.", [[AgentConfig Blueprint ComponentDeployment Component
      RemoteCloudifyManagerClient SharedResourceDeployment SharedResource]])},
   {"policy_types", names("cloudify.policies.types.", "host_failure threshold ewma_stabilized")},
   {"policy_triggers", names("cloudify.policies.triggers.", "execute_workflow")},
   {"node_types/cloudify.nodes.Root/interfaces/cloudify.interfaces.lifecycle", names("", [[precreate
      create configure start poststart prestop stop delete postdelete preupdate update postupdate
      update_config update_apply update_postapply preheal heal postheal pull check_drift]])},
}
for _, variant in ipairs(variants.all) do
   local version = variant.version
   for _, case in ipairs(sections) do
      local path, expected = table.unpack(case)
      local found = table.concat(sorted_keys(find(trees[version], path)), " ")
      tap.equal(expected, found, "%s has all of '%s' and nothing else", version, path)
   end
   local expected = version == "1_3" and old_nodes or old_nodes .. " PasswordSecret"
   local found = table.concat(sorted_keys(trees[version].node_types), " ")
   tap.equal(names(NODES, expected), found, "%s has all node types and nothing else", version)
end

local ALL = "[all, partial]"
local DRIFT = "/interfaces/cloudify.interfaces.lifecycle/check_drift/implementation"
local STATUS = "/interfaces/cloudify.interfaces.validation/check_status/implementation"
local COMPONENT = "node_types/cloudify.nodes.Component"
local SHARED = "node_types/cloudify.nodes.SharedResource"
local RELATIONSHIP = "relationships/cloudify.relationships.depends_on/source_interfaces"
   .. "/cloudify.interfaces.relationship_lifecycle"
local component, shared = "cfy_extensions.cloudify_types.component.",
   "cfy_extensions.cloudify_types.shared_resource."
local differences = {   -- path, value in 1_3, 1_4 and 1_5; false where it is absent
   {"tosca_definitions_version", "cloudify_dsl_1_3", "cloudify_dsl_1_4", "cloudify_dsl_1_4"},
   {"metadata/cloudify_types", "true", "true", "true"},
   {"workflows/execute_operation/parameters/operation/type", false, false, "operation_name"},
   {"workflows/uninstall/parameters/recursive/type", false, false, "boolean"},
   {"workflows/check_drift/parameters/run_by_dependency_order/default", "false", "false", "true"},
   {"workflows/check_status/parameters/run_by_dependency_order/default", "false", "false", "false"},
   {"workflows/install/availability_rules/node_instances_active", false, "[none, partial]",
    "[none, partial]"},
   {"workflows/start/availability_rules/node_instances_active", false, "[none, partial]",
    "[none, partial]"},
   {"workflows/scale/availability_rules/node_instances_active", false, ALL, ALL},
   {"workflows/execute_operation/availability_rules", false, false, false},
   {"workflows/validate_agents/availability_rules/node_types_required", false,
    "[cloudify.nodes.Compute]", "[cloudify.nodes.Compute]"},
   {"workflows/pull/parameters/type_names/type", false, "list", "list"},
   {"workflows/pull/parameters/type_names/item_type", false, "node_type", "node_type"},
   {"workflows/pull/parameters/type_names/default", "[]", "[]", "[]"},
   {"workflows/install_new_agents/parameters/node_ids/item_type", false, "node_id", "node_id"},
   {"workflows/validate_agents/parameters/node_instance_ids/item_type", false, "node_instance",
    "node_instance"},
   {"workflows/heal/parameters/node_instance_id/type", false, "node_instance", "node_instance"},
   {"workflows/heal/parameters/node_instance_id/required", false, "false", "false"},
   {"workflows/heal/parameters/check_status/default", false, "true", "true"},
   {"workflows/heal/parameters/allow_reinstall/default", false, "true", "true"},
   {"workflows/heal/parameters/force_reinstall/default", false, "false", "false"},
   {"workflows/check_status/is_cascading", "true", false, false},
   {"workflows/check_drift/is_cascading", "true", false, false},
   {COMPONENT .. DRIFT, false, component .. "check_drift", component .. "check_drift"},
   {COMPONENT .. STATUS, false, component .. "check_status", component .. "check_status"},
   {SHARED .. DRIFT, false, shared .. "check_drift", shared .. "check_drift"},
   {SHARED .. STATUS, false, shared .. "check_status", shared .. "check_status"},
   {RELATIONSHIP .. "/update", false, "{}", "{}"},
   {RELATIONSHIP .. "/update_preconfigure", "{}", false, false},
   {RELATIONSHIP .. "/update_postconfigure", "{}", false, false},
   {RELATIONSHIP .. "/update_establish", "{}", false, false},
   {"data_types/cloudify.datatypes.Blueprint/properties/id/type", "string", "blueprint_id",
    "blueprint_id"},
   {"data_types/cloudify.datatypes.ComponentDeployment/properties/id/type", "string",
    "deployment_id", "deployment_id"},
   {"data_types/cloudify.datatypes.SharedResourceDeployment/properties/id/type", "string",
    "deployment_id", "deployment_id"},
}
for _, case in ipairs(differences) do
   for rank, variant in ipairs(variants.all) do
      local found = find(trees[variant.version], case[1])
      tap.equal(case[rank + 1], found or false, "%s: %s", variant.version, case[1])
   end
end

for _, variant in ipairs(variants.all) do
   local undocumented = {}
   each_schema(trees[variant.version], "", function(path, schema)
      if not find(schema, "description") then
         table.insert(undocumented, path)
      end
   end)
   tap.equal("", table.concat(undocumented, " "), "%s documents everything", variant.version)
   local text = texts[variant.version]
   tap.check(not text:find("[^\n\32-\126]"), "%s is plain ASCII without tabs", variant.version)
   tap.check(not text:find("# since:") and not text:find("# until:"), "%s has no marker left",
             variant.version)
end

tap.done()
