--- What scripts ask and tell through the command ctx (runtime.md 10.3, 10.4).
local cfy = require("spec.support.cfy")
local json = require("cloudify").json
local script = require("spec.support.script")

local has, log_after = script.has, script.log_after

describe("ctx in a script", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function succeed(options, ...)
      if type(options) == "string" then
         options = {text = options}
      end
      local result = script.run(world, options, ...)
      assert.equal(0, result.code, result.err .. result.out)
      return result
   end

   --- Run commands, each alone: what each printed, its messages and its exit code. `prepare` comes
   --- before them.
   local function ask(commands, prepare, options)
      local lines = {prepare or ""}
      for i, command in ipairs(commands) do
         table.insert(lines, ('out=$(%s 2>%s); code=$?; echo "%d:$code:[$out]$(cat %s)"'):format(
            command, world:path("message"), i, world:path("message")))
      end
      options = options or {}
      options.text = "#!/bin/bash\n" .. table.concat(lines, "\n") .. "\n"
      local result = succeed(options)
      local answers = {}
      for i = 1, #commands do
         answers[i] = log_after(result.logs, ("<out> %d:"):format(i))
      end
      return answers, result
   end

   --- Ask each command of `expected` and compare "code:[output]message".
   local function check(expected, prepare, options)
      local commands = {}
      for i, pair in ipairs(expected) do
         commands[i] = pair[1]
      end
      local answers, result = ask(commands, prepare, options)
      for i, pair in ipairs(expected) do
         assert.equal(pair[2], answers[i], pair[1])
      end
      return result
   end

   it("walks from attribute to attribute, with '-' for '_'", function()
      check {
         {"ctx type", "0:[node-instance]"},
         {"ctx node id", "0:[thing]"},
         {"ctx node name", "0:[thing]"},
         {"ctx node type", "0:[Thing]"},
         {"ctx -j node type-hierarchy", '0:[["cloudify.nodes.Root","Thing"]]'},
         {"ctx operation name", "0:[cloudify.interfaces.lifecycle.create]"},
         {"ctx operation retry-number", "0:[]"},
         {"ctx -j operation retry_number", "0:[0]"},
         {"ctx deployment id", "0:[app1]"},
         {"ctx blueprint id", "0:[app]"},
         {"ctx workflow-id", "0:[install]"},
         {"ctx plugin", "0:[script]"},
         {"ctx plugin name", "0:[script]"},
         {"ctx plugin package-version", "0:[]"},
         {"ctx instance index", "0:[1]"},
         {"ctx execution-id | wc -c", "0:[36]"},
      }
   end)

   it("shows values as text; what is false, zero, null or empty as nothing", function()
      check {
         {"ctx node properties name", "0:[web]"},
         {"ctx node properties port", "0:[8080]"},
         {"ctx node properties yes_", "0:[True]"},
         {"ctx node properties no_", "0:[]"},
         {"ctx node properties zero", "0:[]"},
         {"ctx node properties ratio", "0:[1.0]"},
         {"ctx node properties nothing", "0:[]"},
         {"ctx node properties nested.urls[2]", '0:[{"deep":[3,4]}]'},
         {"ctx node properties port | wc -c", "0:[4]"},
      }
   end)

   it("shows values as JSON with -j, wherever that stands", function()
      check {
         {"ctx -j node properties name", '0:["web"]'},
         {"ctx node properties --json-output yes_", "0:[true]"},
         {"ctx node properties no_ -j", "0:[false]"},
         {"ctx -j node properties nothing", "0:[null]"},
         {"ctx -j node properties nested.urls", '0:[["one","two",{"deep":[3,4]}]]'},
      }
   end)

   it("reads paths of dicts; a missing one is an error", function()
      check {
         {"ctx node properties nested.urls[0]", "0:[one]"},
         {"ctx node properties nested.urls[2].deep[1]", "0:[4]"},
         {"ctx node properties nested.urls[3]",
            "1:[]RuntimeError: illegal path: nested.urls[3]"},
         {"ctx node properties nested.none.x", "1:[]RuntimeError: illegal path: nested.none.x"},
         {"ctx node properties name.x", "1:[]RuntimeError: illegal path: name.x"},
         {"ctx node properties none", "1:[]RuntimeError: illegal path: none"},
         {"ctx node properties name x y",
            "1:[]RuntimeError: Illegal argument while accessing dict"},
      }
   end)

   it("writes paths of runtime properties, also inside of a dict that is there", function()
      local result = check({
         {"ctx instance runtime-properties plain value", "0:[]"},
         {"ctx instance runtime_properties number @14", "0:[]"},
         {"ctx instance runtime-properties a.b.c 1", "0:[]"},
         {"ctx instance runtime-properties a.b.d @true", "0:[]"},
         {"ctx instance runtime-properties list '@[1, {}]'", "0:[]"},
         {"ctx instance runtime-properties list[0] @[]", "0:[]"},
         {"ctx instance runtime-properties list[1].x y", "0:[]"},
         {"ctx instance runtime-properties list[2] z",
            "1:[]RuntimeError: illegal path: list[2]"},
         {"ctx instance runtime-properties plain.x y", "1:[]RuntimeError: illegal path: plain.x"},
         {"ctx instance runtime-properties a.b.c", "0:[1]"},
      })
      assert.same({plain = "value", number = 14, a = {b = {c = "1", d = true}},
                   list = {{}, {x = "y"}}}, result.properties)
   end)

   it("keeps a value set inside of a property that an earlier operation has made", function()
      local result = succeed {
         text = "ctx instance runtime-properties a.b 1\n",
         files = {["scripts/configure.sh"] = "ctx instance runtime-properties a.c 2\n"},
         more = "        configure: scripts/configure.sh\n",
      }
      assert.same({a = {b = "1", c = "2"}}, result.properties)
   end)

   it("does not change properties of nodes", function()
      check {
         {"ctx node properties name other",
            "1:[]NonRecoverableError: Cannot override read only properties"},
         {"ctx node properties nested.new x",
            "1:[]NonRecoverableError: Cannot override read only properties"},
      }
   end)

   it("asks dicts for their keys and more; keys they have come first", function()
      local result = check({
         {"ctx -j instance runtime-properties keys", '0:[["a","b"]]'},
         {"ctx -j instance runtime-properties values", '0:[[1,2]]'},
         {"ctx -j instance runtime-properties items", '0:[[["a",1],["b",2]]]'},
         {"ctx instance runtime-properties get none fallback", "0:[fallback]"},
         {"ctx node properties nested.get", "0:[own key]"},
         {"ctx -j instance runtime-properties pop a", "0:[1]"},
         {"ctx instance runtime-properties pop a", "1:[]RuntimeError: there is no key 'a'"},
         {"ctx instance runtime-properties update '@{\"c\": 3}'", "0:[]"},
      }, "ctx instance runtime-properties a @1; ctx instance runtime-properties b @2")
      assert.same({b = 2, c = 3}, result.properties)
   end)

   it("calls methods with what remains, a dict at the end as named arguments", function()
      local result = check({
         {"ctx logger info 'a message'", "0:[]"},
         {"ctx logger warning '%s and %d' one @2", "0:[]"},
         {"ctx logger log error told", "0:[]"},
         {"ctx logger info '50%'", "0:[]"},
         {"ctx send-event 'an event'", "0:[]"},
         {"ctx get-resource files/text", "0:[hello {{ctx.node.id}}]"},
         {"ctx get-resource-and-render files/text", "0:[hello thing]"},
         {"cat $(ctx download-resource files/text)", "0:[hello {{ctx.node.id}}]"},
         {"basename $(ctx download-resource files/text)", "0:[text]"},
         {"ctx download-resource files/text " .. world:path("a"), "0:[" .. world:path("a") .. "]"},
         {"ctx download-resource files/text '@{\"target_path\": \"" .. world:path("b") .. "\"}'",
            "0:[" .. world:path("b") .. "]"},
         {"cat $(ctx download-resource-and-render files/vars " .. world:path("c")
            .. " '@{\"x\": 1}')", "0:[x is 1]"},
         {"cat $(ctx download-resource-and-render files/vars '@{\"x\": 2}')", "0:[x is 2]"},
         {"cat $(ctx download-resource-and-render files/vars '@{\"template_variables\": "
            .. "{\"x\": 3}}')", "0:[x is 3]"},
      }, nil, {files = {["files/text"] = "hello {{ctx.node.id}}", ["files/vars"] = "x is {{x}}"}})
      for _, text in ipairs {"a message", "one and 2", "told", "50%"} do
         assert.truthy(has(result.logs, text), text)
      end
   end)

   it("says what cannot be asked", function()
      check {
         {"ctx nothing", "1:[]RuntimeError: nothing cannot be processed in nothing"},
         {"ctx node name x @[1]", '1:[]RuntimeError: x cannot be processed in node name x [1]'},
         {"ctx source instance id", "1:[]NonRecoverableError: ctx.source/ctx.target can only be "
            .. "used in a relationship-instance context but used in a node-instance context"},
      }
      local answer = ask({"ctx get-resource none"})[1]
      assert.truthy(answer:find("1:[]NonRecoverableError: resource 'none': there is no such file "
         .. "in the deployment's work directory", 1, true), answer)
   end)

   it("gives bytes as they are", function()
      world:write("app/bytes", string.char(0, 255, 10, 0, 128) .. "end")
      check {
         {"ctx get-resource bytes | cmp - " .. world:path("app/bytes") .. " && echo same",
            "0:[same]"},
         {"ctx -j get-resource bytes", "1:[]the value is not text: JSON cannot show it"},
      }
   end)

   it("carries large values both ways", function()
      local item = '"' .. ("x"):rep(1000) .. '",'
      world:write("large", "[" .. item:rep(1000) .. "1]")
      local result = check({
         {"ctx -j instance runtime-properties large | wc -c", "0:[1003003]"},
         {"ctx instance runtime-properties large[1000]", "0:[1]"},
      }, ("python3 - <<'END'\nfrom cloudify import ctx\nimport json\n"
         .. "ctx.instance.runtime_properties['large'] = json.load(open('%s'))\nEND"):format(
         world:path("large")))
      assert.equal(1001, #result.properties.large)
   end)

   it("understands its own options, and -- for arguments that look like them", function()
      check {
         {"ctx -- logger info -j", "0:[]"},
         {"ctx instance runtime-properties x -5", "0:[]"},
         {"ctx --json-arg-prefix % instance runtime-properties y %7", "0:[]"},
         {"ctx -j instance runtime-properties y", "0:[7]"},
         {"ctx -t 5 node id", "0:[thing]"},
         {"ctx --timeout=5 node id", "0:[thing]"},
         {"ctx node id --timeout", "2:[]ctx: option '--timeout' needs a value"},
         {"ctx -t no node id", "2:[]ctx: option '--timeout': 'no' is not a value for it"},
         {"ctx", "2:[]ctx: say what to ask for: ctx node properties"},
         {"CTX_SOCKET_URL= ctx node id",
            "2:[]ctx: CTX_SOCKET_URL is not set: ctx works in scripts that an operation runs"},
         {"ctx --socket-url $CTX_SOCKET_URL node id", "0:[thing]"},
         {"CTX_SOCKET_URL= ctx --help | head -1", "0:[usage: ctx [OPTION]... ARGUMENT...]"},
      }
   end)

   it("explains an argument that is no JSON", function()
      local answers = ask({"ctx logger info @home"})
      assert.truthy(answers[1]:find("^2:%[%]ctx: 'home' is not JSON .*%-%-json%-arg%-prefix"),
         answers[1])
   end)

   it("waits no longer than its timeout", function()
      local silent = world:path("silent")
      check({{"ctx -t 0.2 --socket-url unix://" .. silent .. "/token node id",
              "1:[]no answer in time: --timeout gives it longer"}},
         ([[
python3 -c 'import os, socket, time
s = socket.socket(socket.AF_UNIX); s.bind("%s.early"); s.listen(); os.rename("%s.early", "%s")
time.sleep(300)' &
trap "kill $!" EXIT
until [ -S %s ]; do sleep 0.02; done]]):gsub("%%s", silent), nil)
   end)

   describe("for a relationship", function()
      it("reads and writes both sides", function()
         local blueprint = world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_templates:
  db:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: scripts/db.sh}}
  app:
    type: cloudify.nodes.Root
    relationships:
      - type: cloudify.relationships.connected_to
        target: db
        source_interfaces:
          cloudify.interfaces.relationship_lifecycle: {establish: scripts/establish.sh}
]])
         world:write("app/scripts/db.sh", "ctx instance runtime-properties port 5432\n")
         world:write("app/scripts/establish.sh", [[#!/bin/bash -e
ctx source instance runtime_properties db_port $(ctx target instance runtime-properties port)
ctx source instance runtime-properties names.db $(ctx target node name)
ctx target instance runtime-properties clients.$(ctx source node id) yes
ctx instance id || echo "no instance here"
ctx returns "$(ctx type)"
]])
         local result = world:cfy("install", blueprint, "-d", "app")
         assert.equal(0, result.code, result.err)
         assert.same({db_port = "5432", names = {db = "db"}},
            script.properties(world, "app", "app"))
         assert.same({port = "5432", clients = {app = "yes"}},
            script.properties(world, "app", "db"))
         assert.truthy(has(script.logs(world, "app"), "<out> no instance here"))
         assert.truthy(result.out:find("succeeded 'script_runner.tasks.run' - "
            .. "relationship-instance", 1, true))
      end)

      it("walks the relationships of an instance", function()
         local more = [[
  other:
    type: Thing
    relationships: [{type: cloudify.relationships.depends_on, target: thing}]
    interfaces: {cloudify.interfaces.lifecycle: {create: scripts/other.sh}}
]]
         succeed({text = "ctx instance runtime-properties a 1\n", more = more, files = {
            ["scripts/other.sh"] = [[#!/bin/bash -e
[ $(ctx instance relationships length) = 1 ]
[ $(ctx instance relationships 0 target instance runtime-properties a) = 1 ]
[ $(ctx instance relationships 0 target node name) = thing ]
! ctx instance relationships 0 target instance runtime-properties a 2
]]}})
      end)
   end)

   describe("is only for the script of its operation:", function()
      it("a wrong token is refused", function()
         check {
            {"ctx --socket-url ${CTX_SOCKET_URL%/*}/0123456789abcdef0123456789abcdef node id",
               "1:[]RequestError: the token is not that of this operation"},
            {"ctx --socket-url ${CTX_SOCKET_URL%/*}/ node id",
               "1:[]RequestError: the token is not that of this operation"},
            {"ctx --socket-url ${CTX_SOCKET_URL}0 node id",
               "1:[]RequestError: the token is not that of this operation"},
         }
      end)

      it("operations side by side do not mix", function()
         local more = {}
         for i = 1, 12 do
            more[i] = ("  other%d: {type: Thing, interfaces: {cloudify.interfaces.lifecycle: "
               .. "{create: scripts/create.sh}}}\n"):format(i)
         end
         succeed({more = table.concat(more), text = [[#!/bin/bash -e
for i in 1 2 3 4 5; do
  ctx instance runtime-properties "from.$i" "$(ctx instance id)"
done
]]})
         for i = 1, 12 do
            local properties = script.properties(world, "app1", "other" .. i)
            for k = 1, 5 do
               assert.equal(("other%d_"):format(i),
                  properties.from[tostring(k)]:match("^other%d+_"))
            end
         end
      end)

      it("at the end of the operation nobody listens any more", function()
         local result = succeed("echo \"url $CTX_SOCKET_URL\"\n")
         local path = log_after(result.logs, "<out> url unix://"):match("^(.*)/")
         assert.equal(2, world:sh("ls '" .. path .. "'").code)
      end)
   end)

   describe("with process.ctx_proxy_type", function()
      it("http listens on loopback, and takes requests that name the token", function()
         local result = succeed({inputs = "{process: {ctx_proxy_type: http}}", text = [[
echo "url $CTX_SOCKET_URL"
echo "id $(ctx node id)"
curl -s -d '{"args": ["node", "properties", "port"]}' "$CTX_SOCKET_URL"; echo
curl -s -d '{"args": ["node", "id"]}' "${CTX_SOCKET_URL%/*}"; echo
curl -s "$CTX_SOCKET_URL"; echo
curl -s -d 'nonsense' "$CTX_SOCKET_URL"; echo
]]})
         assert.truthy(log_after(result.logs, "<out> url http://127.0.0.1:"))
         assert.truthy(has(result.logs, "<out> id thing"))
         local answers = {}
         for _, text in ipairs(result.logs) do
            local answer = text:match("^<out> ({.*})$")
            if answer then
               table.insert(answers, json.decode(answer))
            end
         end
         assert.equal(8080, answers[1].payload)
         assert.equal("the token is not that of this operation", answers[2].payload.message)
         assert.equal("only POST is understood", answers[3].payload.message)
         assert.equal("error", answers[4].type)
      end)

      it("none there is no ctx", function()
         local result = succeed({inputs = "{process: {ctx_proxy_type: none}}",
            text = "ctx node id || echo \"[$CTX_SOCKET_URL]\"\n"})
         assert.truthy(has(result.logs, "<out> []"))
      end)
   end)
end)
