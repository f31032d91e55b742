--- Writes the built-in types: lua5.4 types/generate.lua OUTDIR
--- makes types.yaml, types_1_4.yaml and types_1_3.yaml in OUTDIR, which need not exist, from the
--- types.yaml.in beside it.
local here = arg[0]:match("^(.*/)") or ""
local variants = dofile(here .. "variants.lua")

local function fail(...)
   io.stderr:write("generate.lua: ", string.format(...), "\n")
   os.exit(1)
end

local function read(path)
   local file, message = io.open(path, "rb")
   local text
   if file then
      text, message = file:read("a")
      file:close()
   end
   return text or fail("%s", message)
end

local function write(path, text)
   local file, message = io.open(path, "wb")
   if not file then
      fail("%s", message)
   end
   local written, write_message = file:write(text)
   local closed, close_message = file:close()     -- what is buffered is written only here
   if not (written and closed) then
      fail("%s: %s", path, write_message or close_message)
   end
end

if #arg ~= 1 then
   io.stderr:write("usage: lua5.4 types/generate.lua OUTDIR\n")
   os.exit(2)
end
local source_path = here .. "types.yaml.in"
local source = read(source_path)
local quoted = "'" .. arg[1]:gsub("'", "'\\''") .. "'"
if not os.execute("mkdir -p " .. quoted) then
   fail("cannot make the folder '%s'", arg[1])
end
for _, variant in ipairs(variants.all) do
   local text, message = variants.select(source, variant.version)
   write(arg[1] .. "/" .. variant.file, text or fail("%s: %s", source_path, message))
end
