--- Makes what a fuzzer starts from: lua5.4 test/fuzz/seeds.lua OUT
--- OUT/seeds gets every YAML file of ours, with the files that it imports behind it in the form
--- that blueprint_fuzzer.c reads, and the examples of the description of the language; OUT/words is
--- a dictionary of all words of the language: those that its source files have in quotes.

local script = dofile((arg[0]:match("^(.*/)") or "") .. "../../tools/script.lua").new("seeds.lua")
local out = arg[1] or script.fail("usage: lua5.4 test/fuzz/seeds.lua OUT")

local HEADER = "tosca_definitions_version: cloudify_dsl_1_5\nimports: [cloudify/types/types.yaml]\n"

local function lines_of(command)
   local lines, pipe = {}, io.popen(command)
   for line in pipe:lines() do
      table.insert(lines, line)
   end
   if not pipe:close() then
      script.fail("'%s' failed", command)
   end
   return lines
end

local function exists(path)
   local file = io.open(path, "rb")
   return file and file:close()
end

--- The files that `text`, which stands in `folder`, may mean: path from the blueprint -> file.
local function named_files(text, folder, root)
   local found = {}
   for name in text:gmatch("[%w_./:-]+") do
      local path = name:match("^plugin:(.+)$")
      path = path and "plugins/" .. path .. "/plugin.yaml"
         or name:match("%.yaml$") and folder .. name
      if path and not path:find("..", 1, true) and exists(root .. path) then
         table.insert(found, path)
      end
   end
   return found
end

--- Append the files that `text` imports, and those that these import.
local function add_imports(parts, seen, text, folder, root)
   for _, path in ipairs(named_files(text, folder, root)) do
      if not seen[path] then
         seen[path] = true
         local inner = script.read(root .. path)
         table.insert(parts, "%%% " .. path .. "\n" .. inner)
         add_imports(parts, seen, inner, path:match("^(.*/)") or "", root)
      end
   end
end

local function bundle(file)
   local text, root = script.read(file), file:match("^(.*/)")
   local parts = {text}
   add_imports(parts, {[file:sub(#root + 1)] = true}, text, "", root)
   return table.concat(parts, "\n")
end

--- The blocks of YAML in a document, each with its heading.
local function blocks_of(path)
   local blocks, lines, heading = {}, nil, ""
   for line in io.lines(path) do
      if lines and line == "```" then
         table.insert(blocks, {heading = heading, text = table.concat(lines, "\n") .. "\n"})
         lines = nil
      elseif lines then
         table.insert(lines, line)
      elseif line == "```yaml" then
         lines = {}
      else
         heading = line:match("^#+ (.*)$") or heading
      end
   end
   return blocks
end

--- The examples of a document: a named block begins one, or is a file of the one before; any other
--- is one by itself, with the imports that most need.
local function document_examples(path)
   local examples, named_heading = {}, nil
   for _, block in ipairs(blocks_of(path)) do
      local name = block.text:match("^# ([%w_./-]+%.yaml)\n")
      local is_complete = block.text:find("tosca_definitions_version", 1, true)
      if name and block.heading == named_heading then
         examples[#examples] = examples[#examples] .. "%%% " .. name .. "\n" .. block.text
      else
         table.insert(examples, (is_complete and "" or HEADER) .. block.text)
      end
      named_heading = name and block.heading
   end
   return examples
end

local function write_seeds()
   local files = lines_of("find test/data examples plugins spec -name '*.yaml' | sort")
   for number, file in ipairs(files) do
      script.write(("%s/seeds/%03d"):format(out, number), bundle(file))
   end
   for number, example in ipairs(document_examples("docs/blueprint-language.md")) do
      script.write(("%s/seeds/d%03d"):format(out, number), example)
   end
end

local function write_words()
   local seen, words = {}, {}
   for _, file in ipairs(lines_of("ls core/dsl/*.c core/functions/*.c core/yaml/*.c")) do
      for word in script.read(file):gmatch('"([%w_.:<>=$&*!?~-]+)"') do
         if not seen[word] and #word > 1 and #word < 40 then
            seen[word] = true
            table.insert(words, ('"%s"\n'):format(word))
         end
      end
   end
   script.write(out .. "/words", table.concat(words))
end

write_seeds()
write_words()
