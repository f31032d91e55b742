--- The shape of the blueprints whose parsing is measured, as far as the targets name it.
local tap = dofile("test/tap.lua")
local topology = dofile("test/bench/topology.lua")

local function count(text, pattern)
   return select(2, text:gsub(pattern, ""))
end

local cases = {
   -- kind, type of the nodes, properties of each
   {"own", "bench.nodes.Node", 3},
   {"builtin", "cloudify.nodes.ApplicationServer", 0},
}
for _, case in ipairs(cases) do
   local kind, node_type, properties = table.unpack(case)
   local text = topology.text(kind, 20)
   local templates = text:match("\nnode_templates:\n(.*)")
   tap.equal(20, count(templates, "\n    type: " .. node_type .. "\n"), "%s: nodes", kind)
   tap.equal(20 * properties, count(templates, "\n      %l+: "), "%s: properties", kind)
   tap.equal(20 * 5, count(templates, "\n          implementation: "), "%s: operations", kind)
   tap.equal(19 + 18, count(templates, "\n        target: "), "%s: relationships", kind)
end

tap.done()
