--- Runs the specs of a plugin, as `cfy plugins test` does:
--- `lua-runner -m cloudify.plugin_kit.busted FOLDER [ARGUMENT]...`, with arguments of busted.

local MISSING = [[
cfy: busted, which runs the specs, is not installed for Lua 5.4:
  apt install lua-busted
  or: luarocks --lua-version 5.4 install busted
]]

--- Busted reads the global `arg`, and looks at files from the working directory on.
local function run()
   local folder = table.remove(arg, 1)
   local ok, runner = pcall(require, "busted.runner")
   if not ok then
      if package.searchpath("busted.runner", package.path) then
         error(runner, 0)
      end
      io.stderr:write(MISSING)
      os.exit(1)
   end
   assert(require("lfs").chdir(folder))
   require("cloudify.plugin_loader").open(".")
   runner({standalone = false})
end

return run
