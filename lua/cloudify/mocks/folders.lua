--- Folders that mocks may make when they need them, all in one that is private.
local files = require("cloudify.files")

local folders = {}

-- Made for the first mock, and removed when neither this module nor a mock keeps it.
local root
local count = 0

--- The path of a folder that is not there yet, and that nobody else will make.
---@return string
---@return table root to be kept as long as the folder
function folders.new()
   root = root or setmetatable({path = files.mkdtemp("cloudify-mocks-")}, {__gc = function(self)
      files.remove_tree(self.path)
   end})
   count = count + 1
   return files.join(root.path, tostring(count)), root
end

return folders
