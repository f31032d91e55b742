--- Blueprints that cfy is given as archives, folders and URLs.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json
local web = require("spec.support.web")

--- What a command for the shell begins with, so that no file can get larger than 256 KiB.
local LITTLE_ROOM = "trap '' XFSZ; ulimit -f 512; "

describe("a blueprint", function()
   local world, server

   before_each(function()
      world = cfy.world()
      world:blueprint({create = "note"}, [[
outputs:
  text: {value: {get_attribute: [thing, text]}}
]])
      world:write("app/scripts/run.sh", "#!/bin/sh\n")
      world:sh("mkdir " .. world:path("tmp"))
   end)
   after_each(function()
      if server then
         server:stop()
         server = nil
      end
      world:remove()
   end)

   --- Run cfy with a folder for temporary files, in which nothing may be left.
   local function run(...)
      local result = world:sh(("cd %s; TMPDIR=%s "):format(world.folder, world:path("tmp"))
         .. world:command(...))
      assert.equal("", world:sh("ls -A " .. world:path("tmp")).out)
      return result
   end

   --- Run cfy where a large file of the blueprint cannot be written. What it says, without what
   --- is random in the names of folders.
   local function runs_out_of_room(...)
      local result = world:sh(LITTLE_ROOM .. "TMPDIR=" .. world:path("tmp") .. " "
         .. world:command(...))
      assert.equal(1, result.code)
      assert.equal("", world:sh("ls -A " .. world:path("tmp")).out)
      assert.matches("0 deployments", world:cfy("deployments", "list").out, 1, true)
      return (result.err:gsub("blueprint%-%w+", "COPY"):gsub(world:path("tmp") .. "/[^/]*", "TMP"))
   end

   local function pack(command)
      local result = world:sh(("cd %s && %s"):format(world.folder, command))
      assert.equal(0, result.code, result.err)
   end

   local ZIP = "python3 -m zipfile -c app.zip app"

   --- It installs as the deployment `id`, with all that it needs, and is not needed any more.
   local function installs(id, ...)
      local result = run("install", ...)
      assert.equal(0, result.code, result.out .. result.err)
      assert.same({text = "hello"}, json.decode(run("outputs", id, "--json").out))
      assert.equal("#!/bin/sh\n", world:sh(("cat %s/deployments/%s/blueprint-*/scripts/run.sh")
         :format(world.store, id)).out)
      world:sh("rm -rf " .. world:path("app"))
      result = run("uninstall", id)
      assert.equal(0, result.code, result.out .. result.err)
   end

   local function fails(text, ...)
      local result = run(...)
      assert.equal(1, result.code)
      assert.equal("cfy: " .. text .. "\n", result.err)
      assert.equal("", world:sh("ls -A " .. world.store .. "/deployments").out)
   end

   describe("that the disk has no room for", function()
      before_each(function() world:write("app/large.bin", ("x"):rep(1 << 20)) end)

      it("is not installed, and cfy says where there is no room", function()
         local text = ("deployment 'app' could not be stored: cannot write "
            .. "'%s/deployments/app/COPY/large.bin': File too large: the copy of the blueprint's "
            .. "folder is not complete\n"):format(world.store)
         local path = world:path("app/blueprint.yaml")
         assert.equal("cfy: nothing is installed: " .. text, runs_out_of_room("install", path))
         assert.equal("cfy: " .. text, runs_out_of_room("deployments", "create", path))
      end)

      it("is not unpacked, and cfy says where to", function()
         pack("tar czf app.tar.gz app")
         assert.equal(("cfy: archive '%s': cannot unpack to 'TMP/1/app': entry 'app/large.bin': "
            .. "cannot write it: File too large\n"):format(world:path("app.tar.gz")),
            runs_out_of_room("install", world:path("app.tar.gz")))
      end)

      it("is not fetched, and cfy says where to", function()
         pack("tar cf app.tar app")
         server = web.start(world)
         local url = server.url .. "/file" .. world:path("app.tar")
         assert.equal(("cfy: cannot write 'TMP/1/content': cannot fetch '%s': File too large\n")
            :format(url), runs_out_of_room("install", url))
      end)
   end)

   for name, command in pairs {
      ["app.zip"] = ZIP,
      ["app.tar"] = "tar cf app.tar app",
      ["app.tar.gz"] = "tar czf app.tar.gz app",
      ["app.tar.bz2"] = "python3 -c 'import tarfile; tarfile.open(\"app.tar.bz2\", \"w:bz2\")"
         .. ".add(\"app\")'",
      ["app.tar.xz"] = "python3 -c 'import tarfile; tarfile.open(\"app.tar.xz\", \"w:xz\")"
         .. ".add(\"app\")'",
   } do
      it("can be " .. name, function()
         pack(command)
         installs("app", name)
      end)
   end

   it("in an archive without a folder at its top is called as the archive", function()
      pack("tar czf web-1.tgz -C app .")
      installs("web-1", "web-1.tgz")
   end)

   it("can be a folder", function()
      installs("app", "app")
   end)

   it("is the only YAML file, or the one that is named", function()
      pack("mv app/blueprint.yaml app/app.yml && tar cf app.tar app")
      fails("'app.tar' has no file 'none.yaml'", "validate", "app.tar", "--blueprint-file",
         "none.yaml")
      installs("app", "app.tar")
      pack("mkdir app && tar xf app.tar && cp app/app.yml app/other.yaml && tar cf app.tar app")
      local result = run("install", "app.tar", "-d", "two")
      assert.equal(1, result.code)
      assert.matches("^cfy: 'app.tar' has no blueprint.yaml, but '[%w.]+', '[%w.]+': say which one "
         .. "is the blueprint %(%-%-blueprint%-file%)\n$", result.err)
      installs("two", "app.tar", "--blueprint-file", "other.yaml", "-d", "two")
   end)

   it("must be in the archive", function()
      pack("tar cf app.tar -C app scripts")
      fails("'app.tar' has no blueprint.yaml, nor another YAML file", "install", "app.tar")
      fails("blueprint file '../app/blueprint.yaml': must be a path inside 'app.tar'", "install",
         "app.tar", "--blueprint-file", "../app/blueprint.yaml")
   end)

   it("is no plugin, which cfy says", function()
      local text = "'%s' is a plugin, not a blueprint: 'cfy plugins install %s' installs it for "
         .. "the blueprints that import it"
      world:write("plain/plugin.yaml", "plugins: {}\n")
      fails(text:format("plain", "plain"), "install", "plain")
      world:sh("mkdir '" .. world:path("w") .. "'; cp -r plugins/webserver '" .. world:path("w")
         .. "'")
      local example = "; there is one in it, 'blueprint/blueprint.yaml'"
      fails(text:format("w/webserver", "w/webserver") .. example, "install", "w/webserver")
      pack("cd w && tar cf ../w.tar webserver")
      fails(text:format("w.tar", "w.tar") .. example, "install", "w.tar")
      server = web.start(world)
      local url = server.url .. "/file" .. world:path("w.tar")
      fails(text:format(url, "FILE"):gsub(": ", ": when you have downloaded it, ", 1) .. example,
         "install", url)
   end)

   it("without nodes is installed, and cfy says that it has none", function()
      world:write("empty.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
]])
      local said = "Its blueprint has no node_templates: there was nothing to be done.\n"
      local result = run("install", "empty.yaml", "-d", "empty")
      assert.equal(0, result.code)
      assert.matches("Deployment 'empty' is installed.\n" .. said, result.out, 1, true)
      assert.is_nil(run("install", "app/blueprint.yaml", "-d", "app").out:find(said, 1, true))
   end)

   it("can be validated, planned and deployed from an archive", function()
      pack(ZIP)
      assert.equal("The blueprint is valid.\n", run("validate", "app.zip").out)
      assert.equal("thing", json.decode(run("plan", "app.zip").out).nodes[1].id)
      assert.equal(0, run("graph", "app.zip").code)
      assert.equal("There is no difference.\n", run("diff", "app.zip", "app").out)
      local result = run("deployments", "create", "app.zip", "-d", "made")
      assert.equal(0, result.code, result.err)
   end)

   it("is shown with its errors", function()
      world:write("app/blueprint.yaml", "tosca_definitions_version: nonsense\n")
      pack(ZIP)
      local result = run("validate", "app.zip", "--excerpts")
      assert.equal(1, result.code)
      assert.matches("/app/blueprint.yaml:1:28: error: ", result.out)
      assert.truthy(result.out:find("    tosca_definitions_version: nonsense\n", 1, true))
   end)

   for name, text in pairs {
      ["parent.zip"] = "entry '../evil.txt': its path has '..' in it",
      ["link-hop.tar"] = "entry 'out': it is a link out of the archive",
      ["bomb.tar.xz"] = "entry 'zeros': with it the content is more than 200 times as large as the "
         .. "archive",
   } do
      it("is refused as " .. name, function()
         world:sh("python3 test/resources/archives.py " .. world.folder)
         fails(("archive '%s': %s"):format(name, text), "install", name)
      end)
   end

   describe("at a URL", function()
      before_each(function() server = web.start(world) end)

      local function url(path)
         return server.url .. "/file" .. world:path(path)
      end

      it("can be an archive", function()
         pack(ZIP)
         installs("app", url("app.zip") .. "?raw=1")
      end)

      it("can be a file", function()
         world:write("alone.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_templates: {n: {type: cloudify.nodes.Root}}
]])
         local result = run("install", url("alone.yaml"))
         assert.equal(0, result.code, result.out .. result.err)
         assert.equal(0, run("deployments", "get", "alone").code)
         assert.equal("The blueprint is valid.\n", run("validate", url("alone.yaml")).out)
      end)

      it("can be on this machine", function()
         pack(ZIP)
         installs("app", "file://" .. world:path("app.zip"))
      end)

      it("is told when it is missing, but not the password", function()
         fails(("cannot fetch '%s/none': the server answers with status 404"):format(server.url),
            "install", (server.url:gsub("//", "//me:secret@")) .. "/none")
      end)

      it("is told when libcurl is missing, but not the password", function()
         world:write("lib/libcurl.so.4", "")
         local result = world:sh(("LD_LIBRARY_PATH=%s %s"):format(world:path("lib"),
            world:command("validate", "http://me:secret@localhost/app.zip")))
         assert.equal("cfy: cannot fetch 'http://localhost/app.zip': this needs libcurl.so.4 "
            .. "(Debian: libcurl4), which cannot be loaded\n", result.err)
      end)

      it("is told when it is no blueprint's archive, but not the password", function()
         pack("tar cf app.tar -C app scripts")
         fails(("'%s' has no blueprint.yaml, nor another YAML file"):format(url("app.tar")),
            "install", (url("app.tar"):gsub("//", "//me:secret@")))
      end)
   end)
end)
