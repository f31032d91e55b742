--- Templates that are resources of a blueprint, rendered with ctx by an operation.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local TASKS = [[
local operation = require("cloudify.decorators").operation
local utils = require("cloudify.utils")

--- Renders all templates of the node, and keeps what comes of each.
local function render(ctx)
   local results = {}
   for _, name in ipairs(ctx.node.properties.templates) do
      local ok, result = utils.try(ctx.get_resource_and_render, ctx, name, {title = "A title"})
      results[name] = ok and result or result.type .. ": " .. result.message
   end
   ctx.instance.runtime_properties.results = results
end

return {render = operation(function(ctx)
   ctx.instance.runtime_properties.port = 8080
   ctx.instance.runtime_properties.list = {{name = "x"}, {name = "y"}}
   render(ctx)
   ctx:download_resource_and_render("t/title.txt", ctx.node.properties.target, {title = "Saved"})
end)}
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  renderer: {executor: central_deployment_agent, source: renderer}
node_types:
  Page:
    derived_from: cloudify.nodes.Root
    properties:
      templates: {}
      target: {}
      zebra: {default: {z: 1, a: [1, 2.5, null, true], m: {}}}
      nothing: {default: null}
node_templates:
  page:
    type: Page
    properties:
      target: %s
      templates: %s
    interfaces:
      cloudify.interfaces.lifecycle:
        create: renderer.renderer.tasks.render
]]

--- A row: the name of the template, its text, what it renders.
local CASES = {
   {"title", "<h1>{{ title }}</h1>\n", "<h1>A title</h1>"},
   {"plain", "no markers\n", "no markers\n"},
   {"names", "{{ ctx.node.name }} {{ ctx.node.type }} {{ ctx.type }} {{ ctx.operation.name }}",
      "page Page node-instance cloudify.interfaces.lifecycle.create"},
   {"order", "{{ ctx.node.properties.zebra }}", "{'z': 1, 'a': [1, 2.5, None, True], 'm': {}}"},
   {"dict", "{% for k, v in ctx.node.properties.zebra.items() %}{{ k }}={{ v }};{% endfor %}"
      .. "{{ ctx.node.properties.zebra['z'] }}{{ ctx.node.properties.get('no', 'none') }}"
      .. "{{ 'a' in ctx.node.properties.zebra }}{{ ctx.node.properties.zebra.m or 'empty' }}",
      "z=1;a=[1, 2.5, None, True];m={};1noneTrueempty"},
   {"list", "{% for item in ctx.instance.runtime_properties.list %}{{ loop.index }}{{ item.name }}"
      .. "{% endfor %}{{ ctx.instance.runtime_properties.list[-1].name }}"
      .. "{{ ctx.instance.runtime_properties.list|map(attribute='name')|join('+') }}", "1x2yyx+y"},
   {"number", "{{ ctx.instance.runtime_properties.port + 1 }}", "8081"},
   {"null", "{{ ctx.node.properties.nothing }} {{ ctx.node.properties.nothing is none }} "
      .. "{{ ctx.node.properties.nothing|default('d', true) }}", "None True d"},
   {"nulls", "{{ ctx.node.properties.zebra.a[2] }}{{ ctx.node.properties.zebra.a.index(none) }}"
      .. "{{ ctx.node.properties.zebra.a == [1, 2.5, none, true] }}"
      .. "{{ ctx.node.properties.zebra.a|last }}{{ ctx.node.properties.zebra.a[1:3] }}",
      "None2TrueTrue[2.5, None]"},
   {"json", "{{ ctx.node.properties.zebra|tojson }}",
      '{"a": [1, 2.5, null, true], "m": {}, "z": 1}'},
   {"types", "{{ ctx.node.properties is mapping }} {{ ctx.node.properties.zebra.a is sequence }} "
      .. "{{ ctx.node.type_hierarchy|last }}", "True True Page"},
   {"missing", "[{{ ctx.node.properties.no }}]{{ ctx.node.properties.no|default('d') }}", "[]d"},
   {"no_field", "{{ ctx.nod is defined }}{{ ctx.nod|default('d') }}", "Falsed"},
   {"method", "{{ ctx.get_resource('t/plain.txt') }}", "no markers\n"},
   {"include", "{% include 't/title.txt' %}{% include 't/no.txt' ignore missing %}",
      "<h1>A title</h1>"},
   {"misspelt", "a\n{{ ctx.nod }}", "NonRecoverableError: t/misspelt.txt:2: ctx has no field 'nod' "
      .. "(did you mean 'node'?)"},
   {"misspelt_deeper", "{{ ctx.instance.runtime_propertis.port }}",
      "NonRecoverableError: t/misspelt_deeper.txt:1: ctx.instance has no field "
      .. "'runtime_propertis' (did you mean 'runtime_properties'?)"},
   {"misspelt_if", "{% if ctx.nod %}{% endif %}",
      "NonRecoverableError: t/misspelt_if.txt:1: ctx has no field 'nod' (did you mean 'node'?)"},
   {"no_property", "{{ ctx.node.properties.zebr.a }}", "NonRecoverableError: "
      .. "t/no_property.txt:1: 'ctx.node.properties.zebr' is undefined; did you mean 'zebra'?"},
   {"no_include", "\n{% include 't/no.txt' %}",
      "NonRecoverableError: t/no_include.txt:2: there is no template 't/no.txt'"},
   {"wrong_include", "{% include 't/misspelt.txt' %}", "NonRecoverableError: t/misspelt.txt:2: "
      .. "ctx has no field 'nod' (did you mean 'node'?)"},
   {"syntax", "{% if %}",
      "NonRecoverableError: t/syntax.txt:1: expected an expression, found '%}'"},
   {"changes", "{{ ctx.node.properties.zebra.a.append(1) }}", "NonRecoverableError: "
      .. "t/changes.txt:1: a template can change only what it has made itself: 'list' is from "
      .. "outside"},
}

describe("a resource that is a template", function()
   local world, results

   lazy_setup(function()
      world = cfy.world()
      local names = {}
      for i, case in ipairs(CASES) do
         names[i] = ("t/%s.txt"):format(case[1])
         world:write("app/" .. names[i], case[2])
      end
      world:write("app/plugins/renderer/renderer/tasks.lua", TASKS)
      local blueprint = world:write("app/blueprint.yaml",
         BLUEPRINT:format(world:path("saved.txt"), json.encode(names)))
      local installed = world:cfy("install", blueprint, "-d", "d")
      assert(installed.code == 0, installed.out .. installed.err)
      local instances = json.decode(world:cfy("node-instances", "--json", "d").out)
      results = (instances.items or instances)[1].runtime_properties.results
   end)
   lazy_teardown(function() world:remove() end)

   for _, case in ipairs(CASES) do
      it("renders " .. case[1], function()
         assert.equal(case[3], results[("t/%s.txt"):format(case[1])])
      end)
   end

   it("is saved as a file", function()
      assert.equal("<h1>Saved</h1>", world:read(world:path("saved.txt")))
   end)
end)
