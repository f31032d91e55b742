--- ctx's methods for resources, in operations that cfy runs.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json
local web = require("spec.support.web")

local TASKS = [[
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
local tasks = {}

--- Runs the code of the node and keeps what it returns, or the exception that it raises.
local function evaluate(ctx)
   local chunk = assert(load(ctx.node.properties.code, "=code", "t"))
   local ok, value = pcall(chunk, ctx, files, files.join(ctx.plugin.workdir, "../.."))
   ctx.instance.runtime_properties.result = ok and {value = value}
      or {type = value.type, text = tostring(value)}
end
tasks.evaluate = operation(evaluate)
tasks.evaluate_async = operation{async = true}(evaluate)
tasks.run = operation{resumable = true}(function(ctx)
   return assert(load(ctx.node.properties.code, "=code", "t"))(ctx, files,
      files.join(ctx.plugin.workdir, "../.."))
end)
return tasks
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  lib: {executor: central_deployment_agent, source: lib}
node_types:
  code: {derived_from: cloudify.nodes.Root, properties: {code: {type: string}}}
node_templates:
%s]]

local NODE = [[
  %s:
    type: code
    properties: {code: %s}
    interfaces:
      cloudify.interfaces.lifecycle: {create: lib.lib.tasks.%s%s}
]]

describe("ctx's resources", function()
   local world, server

   local function instance(node)
      for _, one in ipairs(json.decode(world:cfy("node-instances", "app", "--json").out)) do
         if one.node_id == node then
            return one.runtime_properties
         end
      end
   end

   --- A blueprint in which each node calls a function with its own piece of code.
   ---@param more? string  further operations
   local function write_blueprint(func, codes, more)
      local nodes = {}
      for name, code in pairs(codes) do
         nodes[#nodes + 1] = NODE:format(name, json.encode(code), func, more or "")
      end
      table.sort(nodes)
      return world:write("app/blueprint.yaml", BLUEPRINT:format(table.concat(nodes)))
   end

   local function install(func, codes, ...)
      return world:cfy("install", write_blueprint(func, codes), ...)
   end

   --- Run `code`, which sees ctx, files and the work directory. Returns what it returns, or the
   --- text and type of what it raises.
   local function evaluate(code)
      if world:cfy("node-instances", "app").code == 0 then
         assert.equal(0, world:cfy("uninstall", "app").code)
      end
      local result = install("evaluate", {n = "local ctx, files, workdir = ...\n" .. code})
      assert.equal(0, result.code, result.out .. result.err)
      local kept = instance("n").result
      return kept.value, kept.text, kept.type
   end

   local function raises(class, text, code)
      local value, actual, type_name = evaluate(code)
      assert.is_nil(value)
      assert.equal(text, actual)
      assert.equal(class, type_name)
   end

   local function workdir(path)
      return world:path("store/deployments/app/workdir/" .. path)
   end

   local function exists(path)
      return world:sh("ls -A '" .. path .. "'").out ~= ""
   end

   local function blueprint_copy()
      return world:sh("ls -d " .. world:path("store/deployments/app/blueprint-*")).out
         :gsub("\n$", "")
   end

   --- Start cfy, and kill it when an operation has said that it is ready.
   local function kill_when_ready(...)
      world:sh(world:command(...) .. " >/dev/null 2>&1 & echo $!")
      local engine = world:so_far("stdout"):match("%d+")
      assert.is_true(cfy.eventually(function() return exists(workdir("ready")) end))
      os.execute("kill -9 " .. engine)
      assert.is_true(cfy.eventually(function() return not cfy.is_alive(engine) end))
   end

   local function resume_last()
      local executions = json.decode(world:cfy("executions", "list", "--json").out)
      return world:cfy("executions", "resume", executions[#executions].id)
   end

   setup(function()
      local place = cfy.world()
      server = web.start(place)
      server.world = place
   end)
   teardown(function()
      server:stop()
      server.world:remove()
   end)
   before_each(function()
      world = cfy.world()
      world:write("app/plugins/lib/lib/tasks.lua", TASKS)
      world:write("app/scripts/hello.txt", "hello {{ name }}, {{ ctx.node.name }}\n")
      world:write("app/scripts/run.sh", "#!/bin/sh\n")
      world:write("outside.txt", "outside\n")
   end)
   after_each(function() world:remove() end)

   describe("in folders", function()
      it("come from the blueprint's folder, or before it from the work directory", function()
         assert.same({"#!/bin/sh\n", "#!/bin/sh\n", "mine\n", "mine\n"}, evaluate [[
            local seen = {ctx:get_resource("scripts/run.sh"),
               ctx:get_resource("./scripts//../scripts/run.sh")}
            files.mkdir(workdir .. "/scripts")
            files.write(workdir .. "/scripts/run.sh", "mine\n")
            table.insert(seen, ctx:get_resource("scripts/run.sh"))
            table.insert(seen, ctx:get_resource{path = "scripts/run.sh"})
            return seen]])
      end)

      it("are told where they were looked for when they are missing", function()
         local _, text, class = evaluate [[return ctx:get_resource("no.txt")]]
         assert.equal(("resource 'no.txt': there is no such file in the deployment's work "
            .. "directory '%s' nor in the blueprint's folder '%s'"):format(
            world:path("store/deployments/app/workdir"), blueprint_copy()), text)
         assert.equal("NonRecoverableError", class)
      end)

      it("are files", function()
         raises("NonRecoverableError", "resource 'scripts': it is not a file",
            [[return ctx:get_resource("scripts")]])
      end)

      it("must not be absolute", function()
         raises("NonRecoverableError", "resource '/etc/passwd': its path is absolute, but "
            .. "resources are named by their paths in the deployment's work directory or the "
            .. "blueprint's folder", [[return ctx:get_resource("/etc/passwd")]])
      end)

      for name, path in pairs {
         ["by '..'"] = "../lock", ["by '..' from below"] = "plugins/../../lock",
         ["by a link to a file"] = "out", ["by a link to a folder"] = "up/lock",
      } do
         it("cannot be left " .. name, function()
            local _, text, class = evaluate(([[
               files.mkdir(ctx.plugin.workdir)
               os.execute("ln -s ../lock " .. workdir .. "/out; ln -s .. " .. workdir .. "/up")
               return ctx:get_resource("%s")]]):format(path))
            assert.equal(("resource '%s': its path leads out of the deployment's work directory "
               .. "'%s'"):format(path, world:path("store/deployments/app/workdir")), text)
            assert.equal("NonRecoverableError", class)
         end)
      end

      it("cannot be left by a link of the blueprint", function()
         world:sh("ln -s /etc/hostname " .. world:path("app/name"))
         local _, text = evaluate [[return ctx:download_resource("name")]]
         assert.equal(("resource 'name': its path leads out of the blueprint's folder '%s'")
            :format(blueprint_copy()), text)
      end)

      it("may be reached by links that stay inside", function()
         world:sh("ln -s scripts/run.sh " .. world:path("app/link"))
         assert.equal("#!/bin/sh\n", evaluate [[return ctx:get_resource("link")]])
      end)

      it("have a limit when the caller wants one", function()
         raises("RecoverableError", "'scripts/run.sh' is larger than 9 bytes",
            [[return ctx:get_resource("scripts/run.sh", {size_limit = 9})]])
      end)
   end)

   describe("downloaded without a target", function()
      it("lie in a private folder under their names until the uninstall", function()
         local path = evaluate [[
            local path = ctx:download_resource("scripts/run.sh")
            assert(files.read(path) == "#!/bin/sh\n")
            files.write(workdir .. "/kept", "x")
            return path]]
         assert.matches("^" .. workdir("downloads/"):gsub("%p", "%%%0") .. "%w+/run%.sh$", path)
         assert.equal("700\n", world:sh("stat -c %a " .. path:match("^(.*)/")).out)
         local log = world:cfy("events", "app").out
         assert.truthy(log:find("Downloaded scripts/run.sh to " .. path, 1, true), log)
         assert.equal(0, world:cfy("uninstall", "app", "--dry-run").code)
         assert.is_true(exists(path))
         assert.equal(0, world:cfy("uninstall", "app").code)
         assert.is_false(exists(workdir("downloads")))
         assert.is_true(exists(workdir("kept")))
      end)

      it("leave no folder behind when they are missing", function()
         local _, text = evaluate [[return ctx:download_resource("no.txt")]]
         assert.matches("^resource 'no.txt': there is no such file", text)
         assert.is_false(exists(workdir("downloads")))
      end)

      it("go when a killed uninstall is resumed, too", function()
         local path = write_blueprint("run", {n = [[
            local ctx, files, workdir = ...
            if ctx.operation.name:match("create") then
               ctx:download_resource("scripts/run.sh")
            elseif not ctx.resume then
               files.write(workdir .. "/ready", "x")
               os.execute("sleep 60")
            end]]}, ", delete: lib.lib.tasks.run")
         assert.equal(0, world:cfy("install", path).code)
         kill_when_ready("uninstall", "app")
         assert.is_true(exists(workdir("downloads")))
         assert.equal(0, resume_last().code)
         assert.is_false(exists(workdir("downloads")))
      end)
   end)

   describe("downloaded for an operation", function()
      local DOWNLOAD = [[
         local ctx, files, workdir = ...
         local path = ctx:download_resource("scripts/run.sh", {scope = "operation"})
         assert(files.read(path) == "#!/bin/sh\n" and path:match("[^/]*$") == "run.sh")
         files.write(workdir .. "/seen" .. ctx.operation.retry_number, path)
      ]]

      local function is_gone(retry)
         local path = world:so_far("store/deployments/app/workdir/seen" .. retry)
         assert.truthy(path:find(workdir("operations/"), 1, true) == 1, path)
         return not exists(path) and not exists(path:match("^(.*)/"))
      end

      it("go with its success", function()
         assert.equal(0, install("run", {n = DOWNLOAD}).code)
         assert.is_true(is_gone(0))
      end)

      it("go with its error", function()
         local result = install("run", {n = DOWNLOAD .. "error('no')"}, "--task-retries", "0")
         assert.equal(1, result.code)
         assert.is_true(is_gone(0))
      end)

      it("go with its retry", function()
         assert.equal(0, install("run", {n = DOWNLOAD .. [[
            if ctx.operation.retry_number == 0 then
               return ctx.operation:retry("again", 0.01)
            end
            assert(not files.exists(files.read(workdir .. "/seen0")))]]}).code)
         assert.is_true(is_gone(1))
      end)

      it("go with its worker", function()
         local result = install("evaluate", {n = DOWNLOAD .. [[os.execute("kill -9 $PPID")]]})
         assert.equal(1, result.code)
         assert.is_true(is_gone(0))
      end)

      it("go before a killed operation is tried again", function()
         local result = install("run", {n = [[
            local ctx, files, workdir = ...
            if ctx.resume then
               assert(not files.exists(files.read(workdir .. "/first")), "it is still there")
               return
            end
            files.write(workdir .. "/first", ctx:download_resource("scripts/run.sh",
               {scope = "operation"}))
            os.execute("kill -9 $PPID")]]})
         assert.equal(0, result.code, result.out .. result.err)
      end)

      it("go with its timeout", function()
         write_blueprint("run", {n = DOWNLOAD .. "os.execute('sleep 60')"})
         local text = world:read(world:path("app/blueprint.yaml")):gsub("create: (%S+)}",
            "create: {implementation: %1, timeout: 3, timeout_recoverable: false}}")
         world:write("app/blueprint.yaml", text)
         assert.equal(1, world:cfy("install", world:path("app/blueprint.yaml")).code)
         assert.is_true(is_gone(0))
      end)

      it("go when its killed engine is resumed", function()
         write_blueprint("run", {n = DOWNLOAD .. [[
            if not ctx.resume then
               files.write(workdir .. "/ready", "x")
               os.execute("sleep 60")
            end]]})
         kill_when_ready("install", world:path("app/blueprint.yaml"))
         local path = world:so_far("store/deployments/app/workdir/seen0")
         assert.is_true(exists(path))
         local resumed = resume_last()
         assert.equal(0, resumed.code, resumed.out .. resumed.err)
         assert.is_false(exists(path))
         assert.is_false(exists(workdir("operations")))
      end)
   end)

   describe("downloaded to a target", function()
      it("are there by its name, which is returned", function()
         local target = world:path("copy.sh")
         assert.same({target, target}, evaluate(([[
            return {ctx:download_resource("scripts/run.sh", %q),
               ctx:download_resource{path = "scripts/run.sh", target_path = %q}}]])
            :format(target, target)))
         assert.equal("#!/bin/sh\n", world:read(target))
      end)

      it("replace a file, but neither its permissions nor a link to it", function()
         local target, link = world:write("old", "old"), world:path("link")
         world:sh(("chmod 640 %s; ln -s old %s"):format(target, link))
         evaluate(([[return ctx:download_resource("scripts/run.sh", %q)]]):format(link))
         assert.equal("#!/bin/sh\n", world:read(target))
         assert.equal("640 symbolic link\n",
            world:sh(("echo $(stat -c %%a %s) $(stat -c %%F %s)"):format(target, link)).out)
      end)

      it("are refused a folder", function()
         raises("NonRecoverableError", ("cannot write '%s': it is a folder; name a file in it")
            :format(world.folder),
            ([[return ctx:download_resource("scripts/run.sh", %q)]]):format(world.folder))
      end)
   end)

   describe("as templates", function()
      it("see variables and ctx", function()
         assert.equal("hello you, n", evaluate [[
            return ctx:get_resource_and_render("scripts/hello.txt", {name = "you"})]])
      end)

      it("take their variables by name, too, and leave the table as it is", function()
         assert.same({"hello you, n", "hello you, n", "hello , n", "hello you, n", "x"}, evaluate [[
            local variables = {name = "you"}
            local named = {path = "scripts/hello.txt", template_variables = variables}
            local path = ctx:download_resource_and_render("scripts/hello.txt", nil, variables)
            local other = ctx:download_resource_and_render("scripts/hello.txt", workdir .. "/x",
               {template_variables = variables})
            assert(path:match("[^/]*$") == "hello.txt" and variables.ctx == nil)
            return {ctx:get_resource_and_render(named), files.read(path),
               ctx:get_resource_and_render("scripts/hello.txt"), files.read(other),
               other:match("[^/]*$")}]])
      end)

      it("refuse a variable called ctx", function()
         raises("NonRecoverableError", "'ctx' is a reserved name of template variables",
            [[return ctx:get_resource_and_render("scripts/hello.txt", {ctx = 1})]])
      end)
   end)

   describe("as folders", function()
      before_each(function()
         world:write("app/conf/a.txt", "a")
         world:write("app/conf/sub/b.txt", "b")
         world:sh(("cd %s; ln -s sub/b.txt inside; ln -s ../scripts/run.sh outside; chmod +x a.txt")
            :format(world:path("app/conf")))
      end)

      it("bring what is in both places, first of all the work directory's", function()
         assert.same({"mine", "b", "only mine", "b", "#!/bin/sh\n", "conf"}, evaluate [[
            files.mkdir(workdir .. "/conf/sub")
            files.write(workdir .. "/conf/a.txt", "mine")
            files.write(workdir .. "/conf/sub/c.txt", "only mine")
            local folder = ctx:download_directory("conf/")
            local function read(name) return files.read(files.join(folder, name)) end
            return {read("a.txt"), read("sub/b.txt"), read("sub/c.txt"), read("inside"),
               read("outside"), folder:match("[^/]*$")}]])
      end)

      it("go to a target", function()
         local target = world:path("target")
         assert.equal(target, evaluate(([[return ctx:download_directory("conf", %q)]])
            :format(target)))
         assert.equal("a.txt\ninside\noutside\nsub\n", world:sh("ls " .. target).out)
         assert.equal(0, world:sh(("test -x %s/a.txt -a -L %s/inside -a ! -L %s/outside")
            :gsub("%%s", target)).code)
      end)

      it("can be all that there is", function()
         assert.equal("a", evaluate [[
            return files.read(files.join(ctx:download_directory("."), "conf/a.txt"))]])
      end)

      it("are refused when a link in them leads out", function()
         world:sh("ln -s ../../outside.txt " .. world:path("app/conf/out"))
         raises("NonRecoverableError",
            "resource 'conf/out': it is a link that leads out of the resources",
            [[return ctx:download_directory("conf")]])
         assert.is_false(exists(workdir("downloads")))
      end)

      it("are told where they were looked for", function()
         local _, text = evaluate [[return ctx:download_directory("nothing")]]
         assert.matches("^resource 'nothing': there is no such folder in the deployment's work "
            .. "directory '.*' nor in the blueprint's folder '.*'$", text)
      end)

      it("are not files", function()
         raises("NonRecoverableError", "resource 'scripts/run.sh': it is not a folder",
            [[return ctx:download_directory("scripts/run.sh")]])
      end)
   end)

   describe("with wrong arguments", function()
      for code, text in pairs {
         ["get_resource()"] = "ctx:get_resource: path must be a path or URL, not nil",
         ["get_resource(7)"] = "ctx:get_resource: path must be a path or URL, not number",
         ["get_resource('x', 'y')"] = "ctx:get_resource: takes 1 arguments by position, got 2",
         ["get_resource('x', {scope = 'operation'})"] =
            "ctx:get_resource: unknown argument 'scope'",
         ["download_resource('x', {scop = 'operation'})"] =
            "ctx:download_resource: unknown argument 'scop', did you mean 'scope'?",
         ["download_resource('x', {scope = 'workflow'})"] = "ctx:download_resource: scope must be "
            .. "'deployment' or 'operation', not 'workflow'",
         ["download_resource('x', {timeout = 0})"] =
            "ctx:download_resource: timeout must be a number of seconds above 0, not number",
         ["download_resource('x', {target_path = '/tmp/x', scope = 'operation'})"] =
            "scope is for the folder that is made where there is no target_path",
         ["download_directory('http://x/y')"] =
            "resource 'http://x/y': a folder cannot be fetched from a URL",
      } do
         it(code .. " says so", function()
            raises("NonRecoverableError", text, "return ctx:" .. code)
         end)
      end
   end)

   describe("at a URL", function()
      local function url(path)
         return server.url .. path
      end

      it("are fetched, through redirects, too", function()
         assert.same({"node_types: {remote: {}}\n", "node_types: {remote: {}}\n", "types"},
            evaluate(([[
            local path = ctx:download_resource("%s/redirect//types?x=/y#z")
            return {ctx:get_resource("%s/types"), files.read(path), path:match("[^/]*$")}]])
            :gsub("%%s", server.url)))
      end)

      it("are gone on with when the connection breaks", function()
         local code = ([[
            local path = ctx:download_resource("%s")
            assert(#files.read(path) == 80000)
            return ctx:get_resource("%s")]]):format(url("/resume/etag/2"),
            url("/ranges/resume/etag/2"))
         assert.equal('- -; bytes=40000- "1"; bytes=60000- "1"', evaluate(code))
      end)

      it("that are missing raise an HttpException, and leave nothing", function()
         local value = evaluate(([[
            local ok, err = pcall(ctx.download_resource, ctx, %q)
            return {err.type, err.url, err.code, err.message, tostring(err)}]]):format(
            url("/none")))
         local text = ("404 (%s) : there is no such resource"):format(url("/none"))
         assert.same({"HttpException", url("/none"), 404, text, text}, value)
         assert.is_false(exists(workdir("downloads")))
      end)

      it("are not told by their password", function()
         raises("HttpException", ("404 (%s) : there is no such resource"):format(url("/none")),
            ([[return ctx:get_resource("%s")]]):format(url("/none"):gsub("//", "//me:secret@", 1)))
      end)

      it("have a limit", function()
         raises("NonRecoverableError",
            ("resource: cannot fetch '%s': it is larger than 1000 bytes"):format(url("/huge/x")),
            ([[return ctx:download_resource(%q, {size_limit = 1000})]]):format(url("/huge/x")))
         raises("NonRecoverableError",
            ("resource: cannot fetch '%s': it is larger than 67108864 bytes")
            :format(url("/huge/y")), ([[return ctx:get_resource(%q)]]):format(url("/huge/y")))
      end)

      it("have a time", function()
         local _, text, class = evaluate(([[return ctx:get_resource(%q, {timeout = 0.2})]])
            :format(url("/hang/9")))
         assert.matches("^resource: after 1 attempt: cannot fetch '.*/hang/9': ", text)
         assert.equal("RecoverableError", class)
      end)

      it("can be files of this machine", function()
         assert.equal("outside\n", evaluate(([[
            local path = ctx:download_resource("file://%s")
            assert(files.read(path) == ctx:get_resource("file://%s"))
            return files.read(path)]]):gsub("%%s", world:path("outside.txt"))))
      end)

      it("must have a scheme that is known", function()
         raises("NonRecoverableError", "resource: cannot fetch 'gopher://x/': Protocol \"gopher\" "
            .. "not supported or disabled in libcurl", [[return ctx:get_resource("gopher://x/")]])
      end)

      it("suspend an async operation", function()
         local code = ([[local ctx, files = ...
            return files.read(ctx:download_resource("%s"))]]):format(url("/meet/3"))
         local result = install("evaluate_async", {a = code, b = code, c = code}, "-j", "1")
         assert.equal(0, result.code, result.out .. result.err)
         for _, node in ipairs {"a", "b", "c"} do
            assert.same({value = "met"}, instance(node).result)
         end
      end)

      it("come over TLS from whom `ca` or SSL_CERT_FILE trusts, and from nobody else", function()
         local pem = world:path("server.pem")
         assert.equal(0, world:sh(("openssl req -x509 -newkey rsa:2048 -nodes -keyout %s.key "
            .. "-out %s.crt -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && "
            .. "cat %s.key %s.crt >%s"):gsub("%%s", pem)).code)
         local tls = web.start(world, pem)
         finally(function() tls:stop() end)
         local code = ([[
            local ok, err = pcall(ctx.get_resource, ctx, "%s/types")
            return {ctx:get_resource("%s/types", {ca = "%s.crt"}), err.type, tostring(err)}]])
            :format(tls.url, tls.url, pem)
         local text, class, message = table.unpack(evaluate(code))
         assert.equal("node_types: {remote: {}}\n", text)
         assert.equal("NonRecoverableError", class)
         assert.matches("certificate", message)
         local command = "SSL_CERT_FILE=" .. pem .. ".crt " .. world:command("install",
            write_blueprint("run", {n = ([[local ctx = ...
               ctx:get_resource("%s/types")]]):format(tls.url)}), "-d", "other")
         local result = world:sh(command)
         assert.equal(0, result.code, result.out .. result.err)
      end)
   end)
end)
