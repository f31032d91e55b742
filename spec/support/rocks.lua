--- A rocks server in a local folder, as no public one can be reached from everywhere.
local rocks = {}

local LUAROCKS = "luarocks --lua-version 5.4 "

--- Whether there is a LuaRocks to test with.
function rocks.available()
   return (os.execute("command -v luarocks luarocks-admin >/dev/null 2>&1"))
end

---@class spec.RocksServer
local Server = {}
Server.__index = Server

--- Make a server in the folder `rocks` of a world.
function rocks.server(world)
   world:write("rocks/config.lua", ("rocks_servers = {%q}\n"):format(world:path("rocks/server")))
   return setmetatable({world = world, folder = world:path("rocks/server")}, Server)
end

--- The environment in which LuaRocks knows this server and no other.
function Server:environment()
   return ("LUAROCKS_CONFIG='%s' HOME='%s' "):format(self.world:path("rocks/config.lua"),
      self.world.folder)
end

function Server:run(command)
   local result = self.world:sh(self:environment() .. command)
   assert(result.code == 0, result.err .. result.out)
   return result
end

--- Build a rock with the module `name`, which returns `value`, and offer it.
---@param dependencies? string[]
function Server:add(name, version, value, dependencies)
   local source = ("rocks/%s-%s"):format(name, version)
   local quoted = {}
   for _, dependency in ipairs(dependencies or {}) do
      table.insert(quoted, ("%q"):format(dependency))
   end
   local rockspec = self.world:write(("%s/%s-%s.rockspec"):format(source, name, version), ([[
rockspec_format = "3.0"
package = "%s"
version = "%s"
source = {url = "file://."}
dependencies = {%s}
build = {type = "builtin", modules = {["%s"] = "%s.lua"}}
]]):format(name, version, table.concat(quoted, ", "), name, name))
   self.world:write(("%s/%s.lua"):format(source, name), "return " .. value)
   local tree = " --tree '" .. self.world:path(source .. "/tree") .. "' "
   self:run(("mkdir -p '%s' && cd '%s' && %s make --deps-mode none '%s' && %s pack %s && mv *.rock "
      .. "'%s'"):format(self.folder, self.world:path(source), LUAROCKS .. tree, rockspec,
      LUAROCKS .. tree, name, self.folder))
   self:run("luarocks-admin --lua-version 5.4 make-manifest '" .. self.folder .. "'")
end

return rocks
