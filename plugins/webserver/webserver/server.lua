--- A web server in the background: python3's http.server over one folder. Knows nothing of
--- Cloudify; files, processes and HTTP are handed in.
local server = {}

---@class webserver.Server
---@field private aio table  `run`, `sleep`, `request`
---@field private files table  `read`, `join`, `exists`
local Server = {}
Server.__index = Server

---@param system {aio: table, files: table}
---@return webserver.Server
function server.new(system)
   return setmetatable({aio = system.aio, files = system.files}, Server)
end

--- Run a shell script; the further arguments are its $1, $2 and so on.
function Server:shell(script, ...)
   return self.aio.run {command = "sh", args = {"-c", script, "webserver", ...}}
end

--- The text of a file, "" if it is not there.
function Server:read(path)
   return self.files.exists(path) and self.files.read(path) or ""
end

--- Start a server for the folder `root`; does not wait until it answers.
---@param port integer  0: a free one
---@return integer pid
function Server:start(root, address, port)
   -- The shell ends at once and leaves the server behind, with no file of ours open.
   local result = self:shell([[
      python3 -u -m http.server "$2" --bind "$3" --directory "$1" </dev/null >"$4" 2>&1 &
      echo $!]], root, tostring(port), address, self.files.join(root, "server.log"))
   local pid = math.tointeger(tonumber(result.stdout))
   assert(result.code == 0 and pid, "cannot start python3: " .. result.stderr)
   return pid
end

--- The port that the server listens on, or nil while it is starting. Raises what the server wrote
--- if it has ended.
---@return integer?
function Server:port(pid, root)
   local log = self:read(self.files.join(root, "server.log"))
   local port = log:match("Serving HTTP on %S+ port (%d+)")
   -- Not is_running(): between fork and exec the process still has the name of the shell.
   if not port and self:shell('kill -0 "$1" 2>&-', tostring(pid)).code ~= 0 then
      error(log:match("([^\n]+)\n*$") or "the server ended without a word", 0)
   end
   return port and math.tointeger(tonumber(port))
end

--- Whether the page can be fetched.
function Server:answers(address, port)
   local ok, response = pcall(self.aio.request,
      {url = ("http://%s:%d/"):format(address, port), timeout = 5})
   return ok and response.status == 200
end

--- Whether the process `pid` is the server of the folder `root`, and not one that got its number.
function Server:is_running(pid, root)
   local command = pid and root and self:read("/proc/" .. pid .. "/cmdline") or ""
   return command:find("http.server", 1, true) ~= nil and command:find(root, 1, true) ~= nil
end

--- End the server, by force if it does not end by itself.
function Server:stop(pid, root)
   self:shell('kill "$1"', tostring(pid))
   for _ = 1, 100 do -- five seconds
      if not self:is_running(pid, root) then
         return
      end
      self.aio.sleep(0.05)
   end
   self:shell('kill -s KILL "$1"', tostring(pid))
end

return server
