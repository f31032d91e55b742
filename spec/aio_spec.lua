local aio = require("cloudify.aio")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")

describe("cloudify.aio.run", function()
   it("returns code and output", function()
      local result = aio.run {command = "echo out; echo err >&2; exit 3"}
      assert.same({code = 3, stdout = "out\n", stderr = "err\n"}, result)
   end)

   it("hands over arguments, input, environment and directory", function()
      local result = aio.run {
         command = "sh", args = {"-c", "cat; echo $1 $VARIABLE; pwd", "sh", "first"},
         input = "in ", env = {VARIABLE = "value"}, cwd = "/",
      }
      assert.equal("in first value\n/\n", result.stdout)
   end)

   it("carries more than a pipe holds", function()
      local text = ("x"):rep(300000)
      assert.equal(text, aio.run {command = "cat", args = {}, input = text}.stdout)
   end)

   it("reports the signal that ended the command", function()
      assert.equal(9, aio.run {command = "kill -9 $$"}.signal)
   end)

   it("does not wait for what is left in the background", function()
      local result = aio.run {command = "sleep 30 & echo $!"}
      local pid = result.stdout:match("%d+")
      assert.equal(0, aio.run {command = "kill " .. pid}.code)
   end)

   it("starts the command in a process group of its own", function()
      local result = aio.run {command = "ps -o pgid= -p $$; echo $$"}
      local group, pid = result.stdout:match("(%d+)%s+(%d+)")
      assert.equal(pid, group)
   end)

   it("ends a command that takes too long", function()
      local ok, err = pcall(aio.run, {command = "sleep 30", timeout = 0.05})
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, exceptions.TimeoutException))
   end)

   it("says why a command cannot start", function()
      local ok, err = pcall(aio.run, {command = "/no-such-program", args = {}})
      assert.is_false(ok)
      assert.equal("'/no-such-program' could not start: No such file or directory", err.message)
      assert.equal("CommandExecutionError", err.type)
   end)
end)

describe("cloudify.aio.sleep", function()
   for _, seconds in ipairs {-1, 0 / 0} do
      it("refuses to wait for " .. seconds .. " seconds", function()
         local ok, err = pcall(aio.sleep, seconds)
         assert.is_false(ok)
         assert.matches("seconds must be 0 or more", err, 1, true)
      end)
   end

   it("takes any number of seconds for as long as it may", function()
      local result = aio.run {command = "timeout 0.1 \"$CFY_BUILD\"/lua-runner -e "
         .. "'require(\"cloudify.aio\").sleep(math.huge)'"}
      assert.same({124, ""}, {result.code, result.stderr})
   end)
end)

describe("os.execute and io.popen", function()
   it("behave as Lua's own", function()
      assert.same({nil, "exit", 4}, {os.execute("exit 4")})
      assert.is_true(os.execute("true"))
      assert.is_true(os.execute())
      local file = io.popen("echo hi")
      assert.equal("hi", file:read("l"))
      assert.same({true, "exit", 0}, {file:close()})
   end)

   it("write to a command", function()
      local directory <close> = setmetatable({path = files.mkdtemp()},
         {__close = function(self) files.remove_tree(self.path) end})
      local path = files.join(directory.path, "out")
      local file = io.popen("cat >" .. path, "w")
      file:write("text")
      assert.is_true((file:close()))
      assert.equal("text", files.read(path))
   end)
end)

describe("cloudify.aio.request", function()
   it("names the URL when nobody answers", function()
      local ok, err = pcall(aio.request, {url = "http://127.0.0.1:1/", timeout = 5})
      assert.is_false(ok)
      assert.matches("^http://127.0.0.1:1/: ", err.message)
   end)

   for _, timeout in ipairs {-1, 0 / 0} do
      it("refuses a timeout of " .. timeout, function()
         local ok, err = pcall(aio.request, {url = "http://127.0.0.1:1/", timeout = timeout})
         assert.is_false(ok)
         assert.matches("timeout must be a number of seconds, 0 or more", tostring(err), 1, true)
      end)
   end

   it("reads headers of the last answer, in lower case", function()
      local parse = require("cloudify.http_headers").parse
      assert.same({["content-type"] = "text/plain", x = "1, 2"},
         parse("HTTP/1.1 301 Moved\r\nLocation: y\r\n\r\nHTTP/1.1 200 OK\r\n"
            .. "Content-Type: text/plain\r\nX: 1\r\nx: 2\r\n\r\n"))
      assert.same({x = "", y = "z"}, parse("X: \r\nY:  z \r\n"))
   end)

   it("reads long ones as fast as short ones", function()
      local start, value = os.clock(), "a" .. (" "):rep(60000) .. "b"
      assert.equal(value, require("cloudify.http_headers").parse("X: " .. value .. " \r\n").x)
      assert.is_true(os.clock() - start < 2)
   end)
end)

describe("cloudify.files", function()
   it("writes, reads and removes", function()
      local root = files.mkdtemp("spec-")
      local path = files.join(root, "a", "../b")
      files.mkdir(files.join(root, "a"))
      files.write(path, "bytes\0")
      assert.equal("bytes\0", files.read(path))
      assert.is_true(files.exists(path))
      assert.is_true(files.is_dir(root))
      files.remove_tree(root)
      assert.is_false(files.exists(root))
   end)

   it("raises what the system says", function()
      local ok, err = pcall(files.read, "/nonexistent/file")
      assert.is_false(ok)
      assert.equal("/nonexistent/file: No such file or directory", err.message)
   end)
end)
