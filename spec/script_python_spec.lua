--- Scripts in Python that import cloudify (docs/scripts.md).
local cloudify = require("cloudify")
local cfy = require("spec.support.cfy")
local script = require("spec.support.script")

local has = script.has

describe("a Python script", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function run(text, options, ...)
      options = options or {}
      options.name, options.text = "scripts/a.py", text
      return script.run(world, options, ...)
   end

   local function succeed(...)
      local result = run(...)
      assert.equal(0, result.code, result.err .. result.out)
      return result
   end

   it("finds everything in ctx where it was", function()
      local result = succeed([[
from cloudify import ctx
assert ctx.type == 'node-instance'
assert ctx.node.id == ctx.node.name == 'thing'
assert ctx.node.type == 'Thing' and ctx.node.type_hierarchy[-1] == 'Thing'
assert ctx.node.properties['nested']['urls'][2] == {'deep': [3, 4]}
assert ctx.node.properties.get('none') is None and ctx.node.properties['nothing'] is None
assert ctx.instance.id.startswith('thing_') and ctx.instance.index == 1
assert ctx.instance.relationships == []
assert ctx.operation.name == 'cloudify.interfaces.lifecycle.create'
assert ctx.operation.retry_number == 0 and ctx.operation.max_retries == 0
assert ctx.plugin == 'script' and ctx.plugin.name == 'script'
assert ctx.deployment.id == 'app1' and ctx.blueprint.id == 'app'
assert ctx.workflow_id == 'install' and len(ctx.execution_id) == 36
assert isinstance(ctx.get_managers(), list) and ctx.get_managers(network='none') == []
assert ctx.get_execution()['id'] == ctx.execution_id and ctx.get_config(name='x') == []
assert ctx.get_operation()['state'] and ctx.local_deployment_workdir()
ctx.send_event('an event')
try:
    ctx.node.properties['name'] = 'other'
except Exception as e:
    ctx.logger.warning('refused: %s', e)
try:
    ctx.source.instance.id
except Exception as e:
    ctx.logger.error('%s', type(e).__name__)
try:
    1 / 0
except ZeroDivisionError:
    ctx.logger.exception('division')
ctx.returns({'a': [1]})
]])
      assert.truthy(has(result.logs, "refused: Cannot override read only properties"))
      assert.truthy(has(result.logs, "NonRecoverableError"))
      assert.truthy(script.log_after(result.logs, "division\nTraceback"))
      assert.equal('{"a":[1]}', result.value)
   end)

   it("changes runtime properties, also inside of values and after they were saved", function()
      local result = succeed([[
from cloudify import ctx
props = ctx.instance.runtime_properties
props['a.b'] = {'list': [1]}
props['a.b']['list'].append(2)
props['gone'] = 1
del props['gone']
props.update(x=1, y=2)
assert props.pop('y') == 2
ctx.instance.update()
ctx.instance.runtime_properties['a.b']['list'].append(3)
assert ctx.instance.runtime_properties['x'] == 1
]])
      assert.same({["a.b"] = {list = {1, 2, 3}}, x = 1}, result.properties)
   end)

   it("replaces all runtime properties, and reads them anew", function()
      local result = succeed([[
from cloudify import ctx
ctx.instance.runtime_properties['old'] = 1
ctx.instance.update()
ctx.instance.refresh()
assert ctx.instance.runtime_properties == {'old': 1}
ctx.instance.runtime_properties = {'new': None}
]])
      assert.same({new = cloudify.null}, result.properties)
   end)

   it("has the inputs with their types", function()
      succeed([[
from cloudify import ctx
from cloudify.state import ctx_parameters as inputs
assert inputs['n'] == 5 and inputs.get('none', 7) == 7 and inputs.map == {'a': [True, None]}
assert 'n' in inputs and inputs['ctx'] is ctx
try:
    inputs.missing
except KeyError:
    pass
else:
    raise AssertionError()
import os
assert os.environ['map'] == '{"a":[true,null]}'
]], {inputs = "{n: 5, map: {a: [true, null]}}"})
   end)

   it("gets resources", function()
      world:write("app/bytes", string.char(0, 255, 10))
      succeed([[
from cloudify import ctx
assert ctx.get_resource('bytes') == b'\x00\xff\n'
assert ctx.get_resource('files/t') == b'{{ x }}'
assert ctx.get_resource_and_render('files/t', {'x': 'y'}) == b'y'
assert open(ctx.download_resource('bytes'), 'rb').read() == b'\x00\xff\n'
assert open(ctx.download_resource_and_render('files/t', None, {'x': 'z'})).read() == 'z'
path = ctx.download_resource_and_render('files/t', template_variables={'x': 'w'})
assert open(path).read() == 'w'
]], {files = {["files/t"] = "{{ x }}"}})
   end)

   for _, case in ipairs {
      {"NonRecoverableError('no')", "NonRecoverableError `no`"},
      {"RecoverableError('later')", "RecoverableError `later`"},
      {"RecoverableError('later', retry_after=5)", "RecoverableError `later [retry_after=5]`"},
      {"OperationRetry('again')", "OperationRetry `again`"},
      {"HttpException('http://x', 404, 'gone')", "HttpException `404 (http://x) : gone`"},
      {"Own('mine')", "NonRecoverableError `mine`"},
      {"ValueError('bad')", "ProcessException `"},
   } do
      it("may fail with " .. case[1], function()
         local result = run(([[
from cloudify.exceptions import *
class Own(NonRecoverableError):
    pass
def deep():
    raise %s
deep()
]]):format(case[1]))
         assert.equal(1, result.code)
         assert.truthy(result.err:find(case[2], 1, true), result.err)
      end)
   end

   it("asks for another try", function()
      local result = succeed([[
from cloudify import ctx
if ctx.operation.retry_number == 0:
    ctx.operation.retry('wait', retry_after=0.1)
else:
    ctx.instance.runtime_properties['n'] = ctx.operation.retry_number
]], {}, "--task-retries", "2")
      assert.equal(1, result.properties.n)
   end)

   it("sees relationships and both sides of them", function()
      world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_templates:
  db: {type: cloudify.nodes.Root}
  app:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: a.py}}
    relationships:
      - type: cloudify.relationships.connected_to
        target: db
        source_interfaces:
          cloudify.interfaces.relationship_lifecycle: {establish: b.py}
]])
      world:write("app/a.py", [[
from cloudify import ctx
relationship, = ctx.instance.relationships
assert relationship.type == 'cloudify.relationships.connected_to'
assert relationship.target.node.id == 'db'
assert relationship.target.instance.runtime_properties == {}
]])
      world:write("app/b.py", [[
from cloudify import ctx
ctx.source.instance.runtime_properties['db'] = ctx.target.instance.id
ctx.target.instance.runtime_properties['app'] = ctx.source.node.id
]])
      local result = world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app",
         "--task-retries", "0")
      assert.equal(0, result.code, result.err)
      assert.equal("app", script.properties(world, "app", "db").app)
      assert.truthy(script.properties(world, "app", "app").db:find("^db_"))
   end)

   it("works with the proxy on loopback", function()
      assert.truthy(has(succeed("from cloudify import ctx\nctx.logger.info(ctx.node.id)\n",
         {inputs = "{process: {ctx_proxy_type: http}}"}).logs, "thing"))
   end)

   it("says that there is no operation where there is none", function()
      local result = world:sh("PYTHONPATH=plugins/script/python PYTHONDONTWRITEBYTECODE=1 "
         .. "python3 -c 'from cloudify import ctx; ctx.node.id'")
      assert.truthy(result.err:find("NotInContext: CTX_SOCKET_URL is not set", 1, true))
   end)
end)
