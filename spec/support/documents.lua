--- Documents whose blocks of code are files.
local documents = {}

--- Write each block of `language` (a pattern) of the document to the file that its first line
--- names, a comment, in the folder of the world. Returns the names.
---@return string[]
function documents.write_files(world, document, language)
   local files, block = {}, nil
   for line in io.lines(document) do
      if not block and line:match("^```" .. language .. "$") then
         block = {}
      elseif block and line == "```" then
         local name = block[1]:match("^[%-#]+ (%S+%.%l+)$")
         table.insert(files, name)
         world:write(name, table.concat(block, "\n") .. "\n")
         block = nil
      elseif block then
         table.insert(block, line)
      end
   end
   return files
end

--- The text of the document from a heading on.
function documents.from(document, heading)
   local file <close> = assert(io.open(document))
   local text = file:read("a")
   return text:sub(text:find(heading, 1, true), -1)
end

--- Run the specs in the folder of the world, all of which must pass; returns how many there are.
function documents.passed(world)
   local command = "cd '%s' && '%s/lua-runner' /usr/bin/busted --output=TAP spec"
   local result = world:sh(command:format(world.folder, os.getenv("CFY_BUILD")))
   assert(result.code == 0, result.out .. result.err)
   return (select(2, result.out:gsub("%f[^\n\0]ok %d", "")))
end

return documents
