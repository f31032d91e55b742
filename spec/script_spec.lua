--- Scripts as operations, through cfy install (runtime.md 10.1 to 10.3).
local cfy = require("spec.support.cfy")
local script = require("spec.support.script")

local has, log_after = script.has, script.log_after

describe("a script operation", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function run(options, ...)
      if type(options) == "string" then
         options = {text = options}
      end
      return script.run(world, options, ...)
   end

   --- Run a script that must end well.
   local function succeed(options, ...)
      local result = run(options, ...)
      assert.equal(0, result.code, result.err .. result.out)
      return result
   end

   --- Run a script whose operation must fail; the error of the execution.
   local function fail(options, ...)
      local result = run(options, ...)
      assert.equal(1, result.code, result.out)
      return result.err, result
   end

   describe("comes from", function()
      local SAY = "#!/bin/sh\necho said\n"

      for name, implementation in pairs {
         ["a file of the blueprint"] = "scripts/create.sh",
         ["script.script_runner.tasks.run"] = "script.script_runner.tasks.run",
         ["script_runner.tasks.run"] = "script_runner.tasks.run",
         ["script.script_runner.tasks.run_resumable"] =
            "script.script_runner.tasks.run_resumable",
      } do
         it(name, function()
            local inputs = implementation:match("tasks") and "{script_path: scripts/create.sh}"
            assert.truthy(has(succeed({text = SAY, implementation = implementation,
               inputs = inputs}).logs, "<out> said"))
         end)
      end

      it("a path of the machine", function()
         local path = world:write("elsewhere/it's here.sh", SAY)
         assert.truthy(has(succeed({implementation = "script_runner.tasks.run",
            inputs = ("{script_path: \"%s\"}"):format(path)}).logs, "<out> said"))
      end)

      it("a file URL", function()
         world:write("elsewhere/a b.sh", SAY)
         local url = "file://" .. world:path("elsewhere") .. "/a%20b.sh"
         assert.truthy(has(succeed({implementation = url}).logs, "<out> said"))
      end)

      it("a URL, whose password no event and no error tells", function()
         local err, result = fail({implementation = "http://me:secret@127.0.0.1:1/x.sh"})
         assert.matches("`http://127.0.0.1:1/x.sh: Failed to connect", err, 1, true)
         assert.matches("-> http://127.0.0.1:1/x.sh: Failed to connect", result.out, 1, true)
         assert.is_nil((err .. result.out):find("secret", 1, true))
      end)

      it("a file called like the command ctx, which it can use", function()
         world:write("elsewhere/ctx", "#!/bin/sh\nctx logger info told\n")
         assert.truthy(has(succeed({implementation = "script_runner.tasks.run",
            inputs = ("{script_path: %s}"):format(world:path("elsewhere/ctx"))}).logs, "told"))
      end)

      it("a URL whose last part would lead elsewhere, and is put where all scripts are", function()
         world:write("elsewhere/a/b/c/d", "")
         world:write("elsewhere/outer.sh", SAY)
         local url = "file://" .. world:path("elsewhere/a/b/c") .. "/..%2F..%2F..%2Fouter.sh"
         assert.truthy(has(succeed({implementation = url}).logs, "<out> said"))
         local copies = world:sh(("find '%s' -name outer.sh"):format(world.store))
         assert.equal("", copies.out)
      end)

      it("the blueprint's own text, whose common indent is taken off", function()
         local result = succeed({implementation =
            [["    if true; then\n      cat <<END\n    inline\n    END\n    fi\n"]]})
         assert.truthy(has(result.logs, "<out> inline"), result.out)
      end)

      it("script_path or script_source, not both and not neither", function()
         assert.truthy(fail({implementation = "script_runner.tasks.run"}):find(
            "neither script_path nor script_source is given", 1, true))
         assert.truthy(fail({implementation = "script_runner.tasks.run", text = SAY,
            inputs = "{script_path: scripts/create.sh, script_source: ls}"}):find(
            "script_path and script_source are both given", 1, true))
      end)

      it("no file that is not there", function()
         assert.truthy(fail({implementation = "script_runner.tasks.run",
            inputs = "{script_path: /no/such.sh}"}):find(
            "NonRecoverableError `script '/no/such.sh': there is no such file", 1, true))
         assert.truthy(fail({implementation = "script_runner.tasks.run",
            inputs = "{script_path: scripts/missing.sh}"}):find(
            "resource 'scripts/missing.sh': there is no such file", 1, true))
      end)

      it("a file in a blueprint imported with a namespace", function()
         world:write("app/part.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
node_types:
  T: {derived_from: cloudify.nodes.Root, interfaces: {
    cloudify.interfaces.lifecycle: {create: scripts/create.sh}}}
node_templates: {inner: {type: T}}
]])
         world:write("app/scripts/create.sh", "#!/bin/sh\necho inner said\n")
         local blueprint = world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml, ns--part.yaml]
]])
         local result = world:cfy("install", blueprint, "-d", "app")
         assert.equal(0, result.code, result.err)
         assert.truthy(has(script.logs(world, "app"), "<out> inner said"))
      end)

      it("a file in a namespace within a namespace", function()
         world:write("app/inner.yaml", [[
node_templates:
  n:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: scripts/create.sh}}
]])
         world:write("app/outer.yaml", "imports: [inner--inner.yaml]\n")
         world:write("app/scripts/create.sh", SAY)
         local blueprint = world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, outer--outer.yaml]
]])
         local result = world:cfy("install", blueprint, "-d", "app")
         assert.equal(0, result.code, result.err)
         assert.truthy(has(script.logs(world, "app"), "<out> said"))
      end)

      it("a file beside the imported blueprint, not its namesake beside the main one", function()
         world:write("app/scripts/create.sh", "#!/bin/sh\necho main said\n")
         world:write("app/blueprints/db/scripts/create.sh", "#!/bin/sh\necho db said\n")
         world:write("app/blueprints/db/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
node_templates:
  n:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: scripts/create.sh}}
]])
         local blueprint = world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, 'db--blueprint:db']
]])
         local result = world:cfy("install", blueprint, "-d", "app")
         assert.equal(0, result.code, result.err)
         assert.truthy(has(script.logs(world, "app"), "<out> db said"))
      end)
   end)

   describe("is run", function()
      it("by what its first line says, though it is not executable", function()
         assert.truthy(has(succeed("#!/bin/bash -e\necho \"${BASH_VERSION:+bash} $-\"\n").logs,
            "<out> bash ehB"))
      end)

      it("by sh without such a line", function()
         assert.truthy(has(succeed("echo \"plain ${0##*/}\"\n").logs, "<out> plain create.sh"))
      end)

      it("with standard input at its end", function()
         assert.truthy(has(succeed("cat\necho over\n").logs, "<out> over"))
      end)

      it("from a private folder, of which nothing is left", function()
         local result = succeed([[
stat -c "mode %a %U" "$(dirname "$0")"
socket=${CTX_SOCKET_URL#unix://}
stat -c "socket %a %F" "${socket%/*}"
]])
         assert.truthy(log_after(result.logs, "<out> mode 700 "))
         assert.truthy(has(result.logs, "<out> socket 600 socket"), result.out)
         local left = world:sh(("find '%s' -path '*plugins/script/*' -o -path '*/operations/*'")
            :format(world.store))
         assert.equal("", left.out)
      end)

      it("below CFY_EXEC_TEMP where that is set", function()
         world:write("temp/.keep", "")
         local result = succeed({text = "echo \"at $0\"\n",
            environment = "CFY_EXEC_TEMP=" .. world:path("temp") .. " "})
         assert.equal(world:path("temp/"), log_after(result.logs, "<out> at "):match("^.*/temp/"))
         assert.equal("", world:sh("find " .. world:path("temp") .. " -type d -mindepth 1").out)
      end)

      it("from a store whose path is too long for a socket", function()
         world.store = world:path(("long/"):rep(40) .. "store")
         local result = succeed("ctx instance runtime-properties ok yes\n"
            .. "echo \"at $CTX_SOCKET_URL\"\n"
            .. "PYTHONDONTWRITEBYTECODE=1 python3 -c 'from cloudify import ctx\n"
            .. "ctx.instance.runtime_properties[\"too\"] = True'\n")
         assert.equal("yes", result.properties.ok)
         assert.is_true(result.properties.too)
         local path = log_after(result.logs, "<out> at unix://")
         assert.equal(world.store, path:sub(1, #world.store)) -- nowhere else
         assert.equal(2, world:sh("ls " .. path:match("^(.*)/[^/]*/[^/]*$")).code)
      end)

      it("in process.cwd, which must exist", function()
         world:write("work/here", "")
         local inputs = "{process: {cwd: %s}}"
         assert.truthy(has(succeed({text = "echo *\n",
            inputs = inputs:format(world:path("work"))}).logs, "<out> here"))
         assert.truthy(fail({text = "echo *\n", inputs = inputs:format("/no/such")}):find(
            "cwd '/no/such' is not a directory", 1, true))
      end)

      it("with process.args, which the shell splits", function()
         local result = succeed({text = "echo \"$# $1 $2 $3\"\n",
            inputs = [[{process: {args: [one two, "'three four'", 5]}}]]})
         assert.truthy(has(result.logs, "<out> 4 one two three four"))
      end)

      it("with process.command_prefix", function()
         assert.truthy(has(succeed({text = "#!/no/such/interpreter\necho by sh $1\n",
            inputs = "{process: {command_prefix: env X=1 sh, args: [arg]}}"}).logs,
            "<out> by sh arg"))
      end)

      it("by python3 if its name ends with .py", function()
         assert.truthy(has(succeed({name = "scripts/a.PY", text = "print('py', __name__)\n"}).logs,
            "<out> py __main__"))
      end)

      it("by python3 if process.eval_python says so", function()
         assert.truthy(has(succeed({text = "print('py')\n",
            inputs = "{process: {eval_python: true}}"}).logs, "<out> py"))
      end)

      it("by itself if process.eval_python says no", function()
         assert.truthy(has(succeed({name = "a.py", text = "#!/bin/sh\necho sh\n",
            inputs = "{process: {eval_python: false}}"}).logs, "<out> sh"))
      end)

      it("not if its interpreter is missing, which the error says", function()
         assert.truthy(fail("#!/bin/sh\r\necho\r\n"):find(
            "its first line names '/bin/sh\\r', which is not there: its lines end as on Windows",
            1, true))
      end)
   end)

   describe("warns or fails on process settings", function()
      it("that are not known", function()
         assert.truthy(has(succeed({text = "true\n",
            inputs = "{process: {command_prefx: sh}}"}).logs,
            "process: 'command_prefx' is not known (did you mean 'command_prefix'?)"))
      end)
      for setting, message in pairs {
         ["cwd: 5"] = "process: 'cwd' must be text",
         ["args: one"] = "process: 'args' must be a list",
         ["env: [a]"] = "process: 'env' must be a dict",
         ["log_stdout: 1"] = "process: 'log_stdout' must be true or false",
         ["ctx_proxy_type: zmq"] = "process: ctx_proxy_type 'zmq' is not supported",
      } do
         it(setting, function()
            assert.truthy(fail({text = "true\n", inputs = "{process: {" .. setting .. "}}"})
               :find(message, 1, true))
         end)
      end
   end)

   describe("has in its environment", function()
      it("inputs: dicts, lists and booleans as JSON, others as text, null as None", function()
         local result = succeed({text = "env | sed 's/^/env /'\n", inputs =
            "{text: a b, number: 8080, real: 1.5, yes_: true, map: {a: [1]}, list: [], "
            .. "none: null}"})
         for _, line in ipairs {"text=a b", "number=8080", "real=1.5", "yes_=true",
                                'map={"a":[1]}', "list=[]", "none=None"} do
            assert.truthy(has(result.logs, "<out> env " .. line), line)
         end
         assert.is_nil(log_after(result.logs, "<out> env script_path"))
         assert.is_nil(log_after(result.logs, "<out> env process"))
      end)

      it("process.env, over inputs of the same name", function()
         local result = succeed({text = "echo \"$a $b\"\n",
            inputs = "{a: input, b: input, process: {env: {b: env}}}"})
         assert.truthy(has(result.logs, "<out> input env"))
      end)

      it("that of cfy, a TMPDIR, and ctx in front of PATH", function()
         local result = succeed({text = [[
echo "mine $MINE"
[ -d "$TMPDIR" ] && echo "a TMPDIR"
[ "$(command -v ctx)" = "${PATH%%:*}/ctx" ] && echo "ctx is first"
]], environment = "MINE=yes "})
         for _, line in ipairs {"mine yes", "a TMPDIR", "ctx is first"} do
            assert.truthy(has(result.logs, "<out> " .. line), line)
         end
      end)

      it("no value that is too long, but ctx inputs has it", function()
         world:write("long.json", '{"long": "' .. ("x"):rep(200000) .. '"}')
         local result = succeed({text = "echo \"${long:-absent} $(ctx inputs long | wc -c)\"\n",
            inputs = "{long: {get_input: long}}", more = "inputs: {long: {}}\n"},
            "-i", world:path("long.json"))
         assert.truthy(has(result.logs, "<out> absent 200000"))
      end)
   end)

   describe("is logged", function()
      it("line by line, the two streams apart", function()
         local result = succeed("echo one\nprintf 'no end' >&2\nprintf '\\377\\n'\n")
         assert.truthy(has(result.logs, "<out> one"))
         assert.truthy(has(result.logs, "<err> no end"))
         assert.truthy(has(result.logs, "<out> \u{fffd}"))
      end)

      it("before what ctx logs after it", function()
         local logs = succeed("echo a\nctx logger info b\necho c\n").logs
         assert.truthy(table.concat(logs, " "):find("<out> a b <out> c", 1, true))
      end)

      it("on one stream with process.stderr_to_stdout", function()
         assert.truthy(has(succeed({text = "echo x >&2\n",
            inputs = "{process: {stderr_to_stdout: true}}"}).logs, "<out> x"))
      end)

      it("without marks where log_stdout or log_stderr is false", function()
         local result = succeed({text = "echo x\necho y >&2\n",
            inputs = "{process: {log_stdout: false, log_stderr: false}}"})
         assert.falsy(has(result.logs, "<out> x"))
         assert.truthy(has(result.logs, "x") and has(result.logs, "y"))
      end)

      it("with all that it wrote, however much", function()
         local result = succeed("seq 1 50000 | sed 's/$/ of a longer line of text/'\n"
            .. "yes 0123456789 | head -c 6000000 | tr -d '\\n'\necho\necho last\n")
         assert.truthy(has(result.logs, "<out> 50000 of a longer line of text"))
         assert.truthy(has(result.logs, "<out> last"))
      end)
   end)

   describe("results in", function()
      it("nothing when it ends with 0", function()
         assert.is_nil(succeed("true\n").value)
      end)

      it("the value of ctx returns, also a dict", function()
         assert.equal('{"a":[1,null]}',
            succeed("ctx returns '@{\"a\": [1, null]}' '@{}'\n").value)
      end)

      it("NonRecoverableError of ctx abort-operation, whatever its exit code", function()
         local err = fail("ctx abort-operation 'not here'\nexit 0\n")
         assert.truthy(err:find("NonRecoverableError `not here`", 1, true), err)
      end)

      it("another try with ctx retry-operation", function()
         local result = run("#!/bin/sh -e\n"
            .. "[ $(ctx operation retry-number) = 0 ] || : ; n=$(ctx operation retry-number)\n"
            .. "ctx -j operation retry-number | grep -q 0 && ctx retry-operation again 0.1\n"
            .. "ctx instance runtime-properties tries $n\n", "--task-retries", "3")
         assert.equal(0, result.code, result.err)
         assert.truthy(result.out:find("Task rescheduled 'script_runner.tasks.run' -> "
            .. "again", 1, true), result.out)
         assert.equal("1", tostring(result.properties.tries))
      end)

      it("ProcessException with what it wrote when it ends with another code", function()
         local err = fail("echo out\necho err >&2\nexit 3\n")
         assert.truthy(err:find("ProcessException `command 'scripts/create.sh' ended with code 3, "
            .. "stdout: out, stderr: err`", 1, true), err)
      end)

      it("ProcessException with the negative number of a signal", function()
         assert.truthy(fail("kill -9 $$\n"):find("ended with code -9", 1, true))
      end)

      it("a recoverable error: ProcessException is tried again", function()
         local result = run("ctx -j operation retry-number | grep -q 1\n", "--task-retries", "1",
            "--task-retry-interval", "0.1")
         assert.equal(0, result.code, result.err)
      end)

      it("NonRecoverableError when there are two results", function()
         local err, result = fail("ctx returns a\nctx returns b\nexit 0\n")
         assert.truthy(err:find("NonRecoverableError `ctx may only abort or return once`", 1, true))
         assert.truthy(has(result.logs,
            "<err> RuntimeError: ctx may only abort or return once"))
      end)

      it("the end of the script where ctx-sh is sourced and a ctx command fails", function()
         local err, result = fail(". ctx-sh\nctx abort-operation stop\necho 'still here'\n")
         assert.truthy(err:find("NonRecoverableError `stop`", 1, true))
         assert.falsy(has(result.logs, "<out> still here"))
      end)

      it("runtime properties that are saved, even if it fails", function()
         local _, result = fail("ctx instance runtime-properties a 1\nexit 1\n")
         assert.equal("1", result.properties.a)
      end)
   end)

   describe("leaves running", function()
      it("a server that may go on to write, without SIGPIPE", function()
         local result = succeed(("( trap 'echo piped >>%s' PIPE; while [ ! -e %s ]; do "
            .. "echo tick; sleep 0.02; done; echo done >>%s ) &\necho started\n"):format(
            world:path("end"), world:path("go"), world:path("end")))
         assert.truthy(has(result.logs, "<out> started"))
         world:write("go", "")
         assert.truthy(cfy.eventually(function() return world:so_far("end") ~= "" end))
         assert.equal("done\n", world:so_far("end"))
      end)

      it("nothing when it takes longer than its timeout", function()
         local blueprint = script.prepare(world, {
            text = ("sleep 300 & echo $! >%s\nsleep 300\n"):format(world:path("pid"))})
         local text = world.read(nil, blueprint):gsub("(implementation: [^\n]*)\n",
            "%1\n          timeout: 3\n")
         world:write("app/blueprint.yaml", text)
         local result = world:cfy("install", blueprint, "-d", "app", "--task-retries", "0")
         assert.equal(1, result.code)
         local pid = world:so_far("pid"):match("%d+")
         assert.truthy(cfy.eventually(function() return not cfy.is_alive(pid) end))
      end)

      it("nothing when its execution is killed", function()
         local blueprint = script.prepare(world, {
            text = ("sleep 300 & echo $! >%s\nwait\n"):format(world:path("pid"))})
         world:sh(world:command("install", blueprint, "-d", "app") .. " >/dev/null 2>&1 &")
         assert.truthy(cfy.eventually(function() return world:so_far("pid") ~= "" end))
         local id = world:cfy("executions", "list", "app", "--json").out:match('"id":"([%w-]+)"')
         assert.equal(0, world:cfy("executions", "cancel", id, "--kill").code)
         local pid = world:so_far("pid"):match("%d+")
         assert.truthy(cfy.eventually(function() return not cfy.is_alive(pid) end))
      end)
   end)

   describe("written in Lua", function()
      it("is run in the worker with ctx, its inputs and all of the runtime", function()
         local result = succeed({name = "a.lua", inputs = "{n: 20}", text = [[
local cloudify = require("cloudify")
local shared = require("cloudify.state").current_ctx:get_ctx()
ctx.instance.runtime_properties.sum = inputs.n + cloudify.ctx_parameters.n + 2
shared.logger:info("from " .. cloudify.ctx.instance.id:match("^%a+"))
leaked = true
ctx:returns({ok = true})
]]})
         assert.equal(42, result.properties.sum)
         assert.truthy(has(result.logs, "from thing"))
         assert.equal('{"ok":true}', result.value)
      end)

      it("gives what it returns", function()
         assert.equal("7", succeed({name = "a.lua", text = "return 7"}).value)
      end)

      it("fails with its own errors, at its own lines", function()
         local err = fail({name = "scripts/a.lua", text = "\nerror('broken')\n"})
         assert.truthy(err:find("scripts/a.lua:2: broken", 1, true), err)
      end)

      it("can abort and ask for another try", function()
         assert.truthy(fail({name = "a.lua", text = "ctx:abort_operation('no')"}):find(
            "NonRecoverableError `no`", 1, true))
      end)

      it("has globals of its own", function()
         local more = [[
  other:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: a.lua}}
    relationships: [{type: cloudify.relationships.depends_on, target: thing}]
]]
         succeed({name = "a.lua", more = more,
            text = "assert(leaked == nil)\nleaked = 1\nassert(leaked == 1)"}, "-j", "1")
      end)

      it("is found among inline scripts, and shell commands are not taken for it", function()
         local lua = succeed({implementation = [["local x = 1\nreturn x + 1\n"]]})
         assert.equal("2", lua.value)
         local shell = succeed({implementation = [["echo \"one\"\necho 'two'\n"]]})
         assert.truthy(has(shell.logs, "<out> two"))
      end)
   end)
end)
