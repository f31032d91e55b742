--- Notes: text files with a signature. Knows nothing of Cloudify: the functions for files are
--- handed in, so that a test can hand in others.
local note = {}

---@class my_plugin.Note
---@field private files table  `join`, `write`, `exists`, `remove_tree`
local Note = {}
Note.__index = Note

---@param files table  such as cloudify.files
---@return my_plugin.Note
function note.new(files)
   return setmetatable({files = files}, Note)
end

--- What is in the file of a note.
---@param author string  "": nobody
local function content(text, author)
   return author == "" and text .. "\n" or ("%s\n-- %s\n"):format(text, author)
end

--- Write a note into `folder`, over one that is there. Raises what is wrong with the name.
---@return string path
function Note:write(folder, file_name, text, author)
   if file_name == "" or file_name:find("/", 1, true) then
      error(("'%s' is no name of a file"):format(file_name), 0)
   end
   local path = self.files.join(folder, file_name)
   self.files.write(path, content(text, author))
   return path
end

--- Remove the folder of a note, if it is there.
function Note:remove(folder)
   if self.files.exists(folder) then
      self.files.remove_tree(folder)
   end
end

return note
