--- A web server in the background: python3's http.server over one folder. Knows nothing of
--- Cloudify; files, processes and HTTP are handed in.
local server = {}

---@class webserver.Server
---@field private aio table  `run`, `sleep`, `request`
---@field private files table  `read`, `join`, `exists`
local Server = {}
Server.__index = Server

local STOP_POLLS, STOP_INTERVAL = 100, 0.05 -- five seconds to end by itself

---@param system {aio: table, files: table}
---@return webserver.Server
function server.new(system)
   return setmetatable({aio = system.aio, files = system.files}, Server)
end

local function log_path(files, root)
   return files.join(root, "server.log")
end

--- Start a server for the folder `root`; does not wait until it answers.
---@param port integer  0: a free one
---@return integer pid
function Server:start(root, address, port)
   -- The shell ends at once and leaves the server behind, with no file of ours open.
   local script = [[
      python3 -u -m http.server "$2" --bind "$3" --directory "$1" </dev/null >"$4" 2>&1 &
      echo $!]]
   local result = self.aio.run {
      command = "sh",
      args = {"-c", script, "webserver", root, tostring(port), address,
         log_path(self.files, root)},
   }
   local pid = math.tointeger(tonumber(result.stdout))
   assert(result.code == 0 and pid, "cannot start python3: " .. result.stderr)
   return pid
end

--- Whether the process `pid` is the server of the folder `root`, and not one that got its number.
function Server:is_running(pid, root)
   if not pid or not root or not self.files.exists("/proc/" .. pid .. "/cmdline") then
      return false
   end
   local command = self.files.read("/proc/" .. pid .. "/cmdline")
   return command:find("http.server", 1, true) ~= nil and command:find(root, 1, true) ~= nil
end

--- The port that the server listens on, or nil while it is starting. Raises what the server wrote
--- if it has ended.
---@return integer?
function Server:port(pid, root)
   local path = log_path(self.files, root)
   local log = self.files.exists(path) and self.files.read(path) or ""
   local port = log:match("Serving HTTP on %S+ port (%d+)")
   if port then
      return math.tointeger(tonumber(port))
   end
   if not self:is_starting(pid) then
      error(log:match("([^\n]+)\n*$") or "the server ended without a word", 0)
   end
   return nil
end

--- Whether the process exists: between fork and exec it has the name of the shell.
function Server:is_starting(pid)
   return self.aio.run {command = "sh", args = {"-c", 'kill -0 "$1" 2>&-', "sh", tostring(pid)}}
      .code == 0
end

--- Whether the page can be fetched.
function Server:answers(address, port)
   local ok, response = pcall(self.aio.request,
      {url = ("http://%s:%d/"):format(address, port), timeout = 5})
   return ok and response.status == 200
end

--- End the server, by force if it does not end by itself.
function Server:stop(pid, root)
   local function signal(name)
      self.aio.run {command = "sh", args = {"-c", 'kill -s "$1" "$2"', "sh", name, tostring(pid)}}
   end
   signal("TERM")
   for _ = 1, STOP_POLLS do
      if not self:is_running(pid, root) then
         return
      end
      self.aio.sleep(STOP_INTERVAL)
   end
   signal("KILL")
end

return server
