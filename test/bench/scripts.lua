--- The blueprint for measuring what a script costs as an operation: nodes with one script each, or
--- with nothing to do.
local scripts = {}

local HEAD = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_types:
  bench.Script:
    derived_from: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle: {create: %s}
node_templates:
]]

--- Three ctx commands, as most scripts have: a property, a runtime property, a log line.
local SCRIPT = [[
#!/bin/sh -e
id=$(ctx instance id)
ctx instance runtime-properties id "$id"
ctx logger info "created $id"
]]

local function write(path, text)
   local file <close> = assert(io.open(path, "w"))
   assert(file:write(text))
end

--- Write the blueprint into the new folder `directory`. Returns its path.
---@param count integer  nodes
---@param with_script boolean
function scripts.write(directory, count, with_script)
   assert(os.execute("mkdir -p '" .. directory .. "'"))
   write(directory .. "/create.sh", SCRIPT)
   local lines = {HEAD:format(with_script and "create.sh" or "{}")}
   for i = 1, count do
      table.insert(lines, ("  node_%d: {type: bench.Script}\n"):format(i))
   end
   local path = directory .. "/blueprint.yaml"
   write(path, table.concat(lines))
   return path
end

--- A shell command that starts as many processes as `count` such scripts: what the system takes.
---@param directory string  where its script is written to
function scripts.bare_loop(directory, count)
   local path = directory .. "/bare.sh"
   write(path, "#!/bin/sh -e\nid=$(/bin/true)\n/bin/true a\n/bin/true b\n")
   return ("chmod +x '%s'; for i in $(seq %d); do '%s'; done"):format(path, count, path)
end

return scripts
