--- The shape of the benchmarks' blueprint, as far as the numbers depend on it.
local tap = dofile("test/tap.lua")
local blueprint = dofile("test/bench/blueprint.lua")

local function count(text, pattern)
   return select(2, text:gsub(pattern, ""))
end

local cases = {
   -- nodes, hosts in a row, expected hosts, contained, connected
   {"a single node is a host", 1, 10, 1, 0, 0},
   {"one host has nine nodes", 10, 10, 1, 9, 0},
   {"the next host's nodes are connected to its", 20, 10, 2, 18, 9},
   {"the last host may have fewer", 13, 10, 2, 11, 2},
   {"a new row begins unconnected", 30, 2, 3, 27, 9},
   {"ten hosts make a row unless told otherwise", 1000, nil, 100, 900, 810},
}
for _, case in ipairs(cases) do
   local name, nodes, row, hosts, contained, connected = table.unpack(case, 1, 6)
   local text = blueprint.text(nodes, row)
   tap.equal(nodes, count(text, "type: bench.nodes.Node\n"), "%s: nodes", name)
   tap.equal(hosts, count(text, "\n  host_%d+:"), "%s: hosts", name)
   tap.equal(contained, count(text, "relationships.contained_in\n"), "%s: contained", name)
   tap.equal(connected, count(text, "relationships.connected_to\n"), "%s: connected", name)
end

local text = blueprint.text(20)
tap.check(text:find("target: node_0_3\n", 1, true), "a node is connected to its counterpart")

local tasks = blueprint.plugin_text()
for name, module, func in text:gmatch("        (%w+): bench%.bench%.(%w+)%.(%w+)\n") do
   tap.check(name == func and module == "tasks" and tasks:find("tasks." .. func .. " =", 1, true),
             "operation '%s' is a function of the plugin", name)
end
tap.equal(6, count(tasks, "\ntasks%.%w+ = operation"), "the plugin has all the operations")
tap.check(load(tasks), "the plugin compiles")

tap.done()
