--- Runs test/resources/server.py beside a spec.
local web = {}

---@class spec.Web
---@field url string without a slash at its end
local Web = {}
Web.__index = Web

--- Start the server, whose port stands in a file of the world.
---@param world spec.World
---@param pem? string file of a key and its certificate: then it speaks TLS
---@return spec.Web
function web.start(world, pem)
   local name = pem and "tls-port" or "port"
   world:write(name, "")
   local input = assert(io.popen(("exec python3 test/resources/server.py %s >'%s'"):format(
      pem or "", world:path(name)), "w"))
   local port
   while not port do
      port = world:so_far(name):match("^(%d+)\n")
      os.execute(port and "true" or "sleep 0.01")
   end
   return setmetatable({input = input,
      url = ("%s://127.0.0.1:%s"):format(pem and "https" or "http", port)}, Web)
end

function Web:stop()
   self.input:close()
end

return web
