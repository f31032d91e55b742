--- Secrets as `cfy secrets` keeps them.
local secrets = require("spec.support.secrets")
local json = require("cloudify").json

describe("cfy secrets", function()
   local world

   before_each(function() world = secrets.world() end)
   after_each(function() world:remove() end)

   it("keeps a value until it is deleted", function()
      assert.equal("Secret 'db' is kept.\n",
         world:run("secrets", "create", "db", "--value", "pass word"))
      assert.equal("pass word\n", world:run("secrets", "get", "db"))
      assert.equal("Secret 'db' is changed.\n", world:run("secrets", "update", "db", "-s", "other"))
      assert.equal("other\n", world:run("secrets", "get", "db"))
      assert.equal("Secret 'db' is deleted.\n", world:run("secrets", "delete", "db"))
      assert.equal(1, world:cfy("secrets", "get", "db").code)
   end)

   it("lists names, never values", function()
      assert.equal("[]", (world:run("secrets", "list", "--json"):gsub("%s", "")))
      world:run("secrets", "create", "b", "-s", "value-b")
      world:run("secrets", "create", "a", "-s", "value-a")
      local list = json.decode(world:run("secrets", "list", "--json"))
      assert.same({"a", "b"}, {list[1].key, list[2].key})
      assert.is_nil(list[1].value)
      assert.is_nil(world:run("secrets", "list"):find("value-", 1, true))
   end)

   it("shows the value as JSON with --json", function()
      world:run("secrets", "create", "a", "-s", 'say "x"')
      local secret = json.decode(world:run("secrets", "get", "a", "--json"))
      assert.equal('say "x"', secret.value)
      assert.equal(secret.created_at, secret.updated_at)
   end)

   local values = {
      {"a line", "line\n", "line\n"},
      {"a line with a carriage return", "line\r\n", "line\n"},
      {"several lines", "one\ntwo\n", "one\ntwo\n"},
      {"an umlaut", "gänzlich", "gänzlich\n"},
      {"JSON", '{"a": [1, "x"]}\n', '{"a": [1, "x"]}\n'},
   }
   for _, case in ipairs(values) do
      it("reads " .. case[1] .. " from a file and from standard input", function()
         local path = world:write("value", case[2])
         world:run("secrets", "create", "a", "--file", path)
         assert.equal(case[3], world:run("secrets", "get", "a"))
         local result = world:sh(("cat '%s' | %s %s"):format(path, world.environment,
            world:command("secrets", "create", "b", "-")))
         assert.equal(0, result.code, result.err)
         assert.equal(case[3], world:run("secrets", "get", "b"))
      end)
   end

   it("asks for the value on a terminal, and does not show it", function()
      local terminal = world:write("terminal", "")
      local result = world:sh(("(while [ -e '%s' ] && ! grep -q Value '%s'; do sleep 0.02; done;"
         .. " echo typed-value) | script -qefc \"%s %s\" '%s'"):format(terminal, terminal,
         world.environment, world:command("secrets", "create", "a"), terminal))
      assert.equal(0, result.code, result.err .. result.out)
      assert.is_nil(world:read(terminal):find("typed-value", 1, true))
      assert.equal("typed-value\n", world:run("secrets", "get", "a"))
   end)

   it("warns of a value that is too short to be masked", function()
      local result = world:cfy("secrets", "create", "pin", "-s", "123")
      assert.equal(0, result.code)
      assert.truthy(result.err:find("too short to be masked", 1, true), result.err)
      assert.equal("", world:cfy("secrets", "create", "long", "-s", "1234").err)
   end)

   local refusals = {
      {"a name that is taken", {"create", "db", "-s", "x"}, 1,
         "there is a secret 'db' already: 'cfy secrets update' changes it"},
      {"to change one that is not there", {"update", "dbs", "-s", "x"}, 1,
         "no secret 'dbs', did you mean 'db'?"},
      {"to show one that is not there", {"get", "nothing-like-it"}, 1,
         "no secret 'nothing-like-it', see 'cfy secrets list'"},
      {"to delete one that is not there", {"delete", "d"}, 1, "no secret 'd', did you mean 'db'?"},
      {"two values", {"create", "x", "-s", "a", "-f", "b"}, 2, "give the value once"},
      {"no value where there is no terminal", {"create", "x"}, 2,
         "give the value by --value, by --file or, with '-', on standard input"},
      {"a second operand", {"create", "x", "value"}, 2, "'value' is one argument too many"},
      {"a file that is not there", {"create", "x", "-f", "/nowhere"}, 1,
         "cannot read '/nowhere': No such file or directory"},
      {"an empty value on standard input", {"create", "x", "-"}, 1,
         "secret 'x': its value must not be empty"},
      {"an empty name", {"create", "", "-s", "a"}, 1, "the name of a secret must be UTF-8"},
      {"bytes that are no text", {"create", "x", "-s", "\xff\xfe"}, 1,
         "secret 'x': its value is not text (UTF-8): encode it, as by base64"},
   }
   for _, case in ipairs(refusals) do
      it("refuses " .. case[1], function()
         world:run("secrets", "create", "db", "-s", "value")
         local result = world:cfy("secrets", table.unpack(case[2]))
         assert.equal(case[3], result.code)
         assert.truthy(result.err:find(case[4], 1, true), result.err)
         assert.equal("value\n", world:run("secrets", "get", "db"))
      end)
   end

   it("changes an existing one with --update-if-exists", function()
      world:run("secrets", "create", "a", "-s", "one", "--update-if-exists")
      world:run("secrets", "create", "a", "-s", "two", "-u")
      assert.equal("two\n", world:run("secrets", "get", "a"))
   end)

   it("stores values encrypted, with the key apart and private", function()
      world:run("secrets", "create", "a", "-s", "tell-me-not")
      assert.equal(1, world:sh("grep -ra tell-me-not '" .. world.store .. "'").code)
      assert.equal("600 32\n",
         world:sh("stat -c '%a %s' '" .. world:path("key/secret.key") .. "'").out)
      assert.equal("700\n", world:sh("stat -c '%a' '" .. world:path("key") .. "'").out)
   end)

   it("keeps the key below $XDG_CONFIG_HOME, else below ~/.config", function()
      for variable, place in pairs {XDG_CONFIG_HOME = "cloudify", HOME = ".config/cloudify"} do
         local home = world:path(variable)
         world.environment = ("CFY_SECRET_KEY= XDG_CONFIG_HOME= %s='%s'"):format(variable, home)
         world:run("secrets", "create", variable, "-s", "value", "--store", home .. "-store")
         assert.equal(32, #world:read(home .. "/" .. place .. "/secret.key"))
      end
   end)

   it("refuses a key in the store", function()
      local result = world:cfy("secrets", "create", "a", "-s", "x", "--secret-key",
         world.store .. "/deployments/key")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("would be in the store: keep it elsewhere", 1, true),
         result.err)
   end)

   local keys = {
      {"others may read", "chmod 640 %s", "is open to others (mode 0640): 'chmod 600' it"},
      {"is too short", "truncate -s 31 %s", "is no secret key: it has 31 bytes, a key has 32"},
      {"is missing", "rm %s", "but the store has secrets that are encrypted with it"},
      {"is another one", "head -c 32 /dev/urandom > %s",
         "is not the one that the secrets of this store are encrypted with"},
   }
   for _, case in ipairs(keys) do
      it("refuses to work with a key that " .. case[1], function()
         world:run("secrets", "create", "a", "-s", "value")
         world:sh(case[2]:format(world:path("key/secret.key")))
         local tries = {{"get", "a"}, {"create", "b", "-s", "x"}, {"update", "a", "-s", "y"}}
         for _, arguments in ipairs(tries) do
            local result = world:cfy("secrets", table.unpack(arguments))
            assert.equal(1, result.code)
            assert.truthy(result.err:find(case[3], 1, true), result.err)
         end
         assert.equal(1, #json.decode(world:run("secrets", "list", "--json")))
         world:run("secrets", "delete", "a")
      end)
   end

   it("starts with a new key when the last secret is gone", function()
      world:run("secrets", "create", "a", "-s", "value")
      os.remove(world:path("key/secret.key"))
      world:run("secrets", "delete", "a")
      world:run("secrets", "create", "b", "-s", "other")
      assert.equal("other\n", world:run("secrets", "get", "b"))
   end)

   it("does not take the row of one secret for that of another", function()
      world:run("secrets", "create", "public", "-s", "known")
      world:run("secrets", "create", "private", "-s", "unknown")
      world:sh(("sqlite3 '%s/catalog.db' \"UPDATE secrets SET sealed = (SELECT sealed FROM secrets "
         .. "WHERE name = 'public') WHERE name = 'private'\""):format(world.store))
      local result = world:cfy("secrets", "get", "private")
      assert.equal(1, result.code)
      assert.truthy(result.err:find(
         "secret 'private' cannot be decrypted: damaged, or put in the place of something else", 1,
         true), result.err)
   end)

   it("rotates the key", function()
      world:run("secrets", "create", "a", "-s", "one")
      world:run("secrets", "create", "b", "-s", "two")
      world:run("secrets", "rotate-key", world:path("new.key"))
      assert.equal(1, world:cfy("secrets", "get", "a").code)
      for name, value in pairs {a = "one\n", b = "two\n"} do
         assert.equal(value,
            world:run("secrets", "get", name, "--secret-key", world:path("new.key")))
      end
      local again = world:cfy("secrets", "rotate-key", world:path("new.key"), "--secret-key",
         world:path("new.key"))
      assert.truthy(again.err:find("already: name another file", 1, true), again.err)
   end)

   it("lets many processes make the first secret at once", function()
      local lines = {}
      for i = 1, 8 do
         lines[i] = ("%s %s &"):format(world.environment,
            world:command("secrets", "create", "s" .. i, "-s", "value" .. i))
      end
      world:sh(table.concat(lines, "\n") .. "\nwait")
      for i = 1, 8 do
         assert.equal("value" .. i .. "\n", world:run("secrets", "get", "s" .. i))
      end
      assert.equal("secret.key\n", world:sh("ls -A '" .. world:path("key") .. "'").out)
   end)
end)
