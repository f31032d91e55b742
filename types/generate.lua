--- Writes the built-in types: lua5.4 types/generate.lua OUTDIR
--- makes types.yaml, types_1_4.yaml and types_1_3.yaml in OUTDIR, which need not exist, from the
--- types.yaml.in beside it.
local here = arg[0]:match("^(.*/)") or ""
local variants = dofile(here .. "variants.lua")

local script = dofile(here .. "../tools/script.lua").new("generate.lua")

if #arg ~= 1 then
   io.stderr:write("usage: lua5.4 types/generate.lua OUTDIR\n")
   os.exit(2)
end
local source_path = here .. "types.yaml.in"
local source = script.read(source_path)
local quoted = "'" .. arg[1]:gsub("'", "'\\''") .. "'"
if not os.execute("mkdir -p " .. quoted) then
   script.fail("cannot make the folder '%s'", arg[1])
end
for _, variant in ipairs(variants.all) do
   local text, message = variants.select(source, variant.version)
   script.write(arg[1] .. "/" .. variant.file, text or script.fail("%s: %s", source_path, message))
end
