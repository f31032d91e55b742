---@meta cloudify.files
--- Files and directories. What cannot be done raises a RecoverableError.

---@class cloudify.files
local files = {}

---@param path string
---@return boolean
function files.exists(path) end

---@param path string
---@return boolean
function files.is_dir(path) end

--- Make a directory, and those above it. It may be there already.
---@param path string
function files.mkdir(path) end

--- A new private directory.
---@param prefix? string what its name begins with
---@return string path
function files.mkdtemp(prefix) end

--- Where temporary files go.
---@return string path
function files.temp_dir() end

--- Join parts of a path; an absolute one starts anew.
---@param first string
---@param ... string
---@return string path
function files.join(first, ...) end

--- The names in a directory, in no order; none where it cannot be read.
---@param path string
---@return string[]
function files.list(path) end

--- The whole file, bytes.
---@param path string
---@return string
function files.read(path) end

--- Replace the file's content.
---@param path string
---@param data string
function files.write(path, data) end

--- Remove a file, or a directory with all that is in it.
---@param path string
function files.remove_tree(path) end

return files
