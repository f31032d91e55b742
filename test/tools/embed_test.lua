--- What tools/embed.lua writes and what it refuses.
local tap = dofile("test/tap.lua")

local function with_file(text, use)
   local path = os.tmpname()
   local file <close> = assert(io.open(path, "wb"))
   file:write(text)
   file:close()
   use(path)
   os.remove(path)
end

local function read(path)
   local file <close> = assert(io.open(path, "rb"))
   return file:read("a")
end

--- Run the tool. @return boolean ok, string all that it printed
local function embed(...)
   local command <close> = assert(io.popen(("%s tools/embed.lua %s 2>&1"):format(
      arg[-1], table.concat({...}, " "))))
   local output = command:read("a")
   return command:close() == true, output
end

--- The bytes of the `index`th text, or `code`, in the C file, without the NUL behind them.
local function bytes_of(c, index, what)
   local list = c:match(("%s_%d%%[%%] = {(.-)}"):format(what or "text", index))
   local bytes = {}
   for number in list:gmatch("%d+") do
      table.insert(bytes, string.char(tonumber(number)))
   end
   return table.concat(bytes, "", 1, #bytes - 1), bytes[#bytes]
end

local every_byte = {}
for byte = 0, 255 do
   table.insert(every_byte, string.char(byte))
end
local texts = {"return 1\n", "", table.concat(every_byte), ("x"):rep(10000)}
for _, text in ipairs(texts) do
   with_file(text, function(path)
      with_file("", function(out)
         local ok = embed(out, "some_files", "a/b.lua=" .. path)
         tap.check(ok, "a file of %d bytes is embedded", #text)
         local c = read(out)
         local bytes, last = bytes_of(c, 1)
         tap.check(bytes == text, "the text of %d bytes is the file's", #text)
         tap.equal("\0", last, "a NUL follows the text of %d bytes", #text)
         local entry = ('{"a/b.lua", (const char *)text_1, %d, NULL, 0},'):format(#text)
         tap.check(c:find(entry, 1, true), "the name and the length of %d bytes are given", #text)
         tap.check(c:find("const struct embedded_file some_files[] = {", 1, true), "the symbol is")
      end)
   end)
end

with_file("error('here')", function(path)
   with_file("", function(out)
      tap.check(embed("--compile", out, "modules", "a/b.lua=" .. path), "a module is compiled")
      local code = bytes_of(read(out), 1, "code")
      local ok, message = pcall(load(code, "=(code)", "b"))
      tap.check(not ok, "its chunk runs")
      tap.equal("a/b.lua:1: here", message, "and knows its file and line")
   end)
end)
with_file("return return", function(path)
   with_file("", function(out)
      local ok, output = embed("--compile", out, "modules", "a/b.lua=" .. path)
      tap.check(not ok, "what is no Lua is not compiled")
      tap.check(output:find("a/b.lua:1: ", 1, true), "and it is said where: %s", output)
   end)
end)

with_file("", function(out)
   local ok = embed(out, "none")
   tap.check(ok, "no files at all are embedded")
   local c = read(out)
   local last = "none[] = {\n    {NULL, NULL, 0, NULL, 0},\n};"
   tap.check(c:find(last, 1, true), "only the end remains")
   local refused = {
      {"two words", {"files", "a.lua"}, "embed.lua: 'a.lua' is not NAME=FILE\n"},
      {"no name", {"3files"}, "embed.lua: '3files' is no C name\n"},
      {"a missing file", {"files", "a=/nowhere/a.lua"},
       "embed.lua: /nowhere/a.lua: No such file or directory\n"},
      {"a name given twice", {"files", "a=" .. out, "a=" .. out},
       "embed.lua: 'a' is given twice\n"},
   }
   for _, case in ipairs(refused) do
      local name, arguments, expected = table.unpack(case)
      local done, output = embed(out, table.unpack(arguments))
      tap.check(not done, "%s is refused", name)
      tap.equal(expected, output, "the refusal of %s says why", name)
   end
end)

tap.done()
