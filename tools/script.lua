--- What the build scripts share: script.new(NAME) gives fail, read and write under that name.
local script = {}

function script.new(name)
   local self = {}

   --- Print why the script gives up, and end it.
   function self.fail(...)
      io.stderr:write(name, ": ", string.format(...), "\n")
      os.exit(1)
   end

   function self.read(path)
      local file, message = io.open(path, "rb")
      local text
      if file then
         text, message = file:read("a")
         file:close()
      end
      return text or self.fail("%s", message)
   end

   function self.write(path, text)
      local file, message = io.open(path, "wb")
      if not file then
         self.fail("%s", message)
      end
      local written, write_message = file:write(text)
      local closed, close_message = file:close()     -- what is buffered is written only here
      if not (written and closed) then
         self.fail("%s: %s", path, write_message or close_message)
      end
   end

   return self
end

return script
