local server = require("webserver.server")

--- A system whose files are a table and whose processes are recorded.
local function system(contents)
   local commands = {}
   return {
      commands = commands,
      files = {
         join = function(a, b) return a .. "/" .. b end,
         exists = function(path) return contents[path] ~= nil end,
         read = function(path) return contents[path] end,
      },
      aio = {
         run = function(options)
            commands[#commands + 1] = options.args
            return {code = contents.alive and 0 or 1, stdout = "4711\n", stderr = ""}
         end,
         sleep = function() end,
         request = function() error("connection refused") end,
      },
   }
end

describe("webserver.server", function()
   it("gives the pid that the shell printed", function()
      local fake = system {alive = true}
      assert.equal(4711, server.new(fake):start("/r", "127.0.0.1", 80))
      assert.equal("/r", fake.commands[1][4])
   end)

   it("reads the port from what the server wrote", function()
      local fake = system {["/r/server.log"] = "Serving HTTP on 127.0.0.1 port 8123 (...)\n"}
      assert.equal(8123, server.new(fake):port(4711, "/r"))
   end)

   it("has no port while the server is starting", function()
      assert.is_nil(server.new(system {alive = true}):port(4711, "/r"))
   end)

   it("raises the last line of a server that ended", function()
      local log = "Traceback:\nOSError: [Errno 98] Address already in use\n"
      local fake = system {["/r/server.log"] = log}
      assert.has_error(function() server.new(fake):port(4711, "/r") end,
         "OSError: [Errno 98] Address already in use")
   end)

   it("takes no other process for the server", function()
      local fake = system {["/proc/4711/cmdline"] = "sleep\0100"}
      assert.is_false(server.new(fake):is_running(4711, "/r"))
      assert.is_false(server.new(fake):is_running(nil, "/r"))
   end)

   it("knows its server by command and folder", function()
      local fake = system {["/proc/4711/cmdline"] = "python3\0-m\0http.server\0--directory\0/r"}
      assert.is_true(server.new(fake):is_running(4711, "/r"))
      assert.is_false(server.new(fake):is_running(4711, "/other"))
   end)

   it("does not answer while connections are refused", function()
      assert.is_false(server.new(system {}):answers("127.0.0.1", 1))
   end)
end)
