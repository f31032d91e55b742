--- Stands for what starts machines: it gives the n-th machine the n-th address of each network.
local cloud = {}

--- Start machine `number`.
---@param networks table<string, string> name -> the first three parts of the addresses in it
---@return table<string, string[]> its addresses by network
function cloud.start(networks, number)
   local addresses = {}
   for name, prefix in pairs(networks) do
      addresses[name] = {prefix .. "." .. number}
   end
   return addresses
end

return cloud
