--- Files and directories.
local exceptions = require("cloudify.exceptions")
local filesystem = require("cloudify.filesystem")

local files = {
   exists = filesystem.exists,
   is_dir = filesystem.is_dir,
   mkdir = filesystem.mkdir,
   remove_tree = filesystem.remove_tree,
   list = filesystem.list,
}

--- Where temporary files go (runtime.md 1.11).
function files.temp_dir()
   local own = os.getenv("CFY_EXEC_TEMP")
   if own and filesystem.is_dir(own) then
      return own
   end
   return os.getenv("TMPDIR") or "/tmp"
end

--- A new private directory.
---@param prefix? string what its name begins with
function files.mkdtemp(prefix)
   return filesystem.mkdtemp(files.join(files.temp_dir(), (prefix or "cloudify-") .. "XXXXXX"))
end

--- Join path parts; an absolute one starts anew. Every one must be a string.
function files.join(first, ...)
   local path = first
   local parts <const> = table.pack(first, ...)
   for i = 1, parts.n do
      if type(parts[i]) ~= "string" then
         error(("files.join: part %d must be a string, not %s"):format(i, type(parts[i])), 2)
      end
   end
   for _, part in ipairs {...} do
      if part:sub(1, 1) == "/" then
         path = part
      else
         path = path:gsub("/$", "") .. "/" .. part
      end
   end
   return path
end

local function check(value, message)
   if not value then
      error(exceptions.RecoverableError(message))
   end
   return value
end

local function open(path, mode)
   local file, message = io.open(path, mode)
   return check(file, message)
end

--- The whole file, bytes.
function files.read(path)
   local file <close> = open(path, "rb")
   local text, message = file:read("a")
   return check(text, message)
end

--- Replace the file's content.
function files.write(path, data)
   local file = open(path, "wb")
   local ok, message = file:write(data)
   local closed, close_message = file:close()
   check(ok and closed, message or close_message)
end

return files
