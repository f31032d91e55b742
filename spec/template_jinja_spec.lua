--- Our templates and Jinja2 itself, side by side; where Python has no Jinja2, nothing is compared.
local cfy = require("spec.support.cfy")
local grammar = require("spec.support.template_grammar")
local json = require("cloudify").json
local render = require("cloudify.template.environment").render

local CORPUS = "spec/fixtures/templates/corpus.txt"
local RANDOM_COUNT, SEED = 1500, 20240229

local ESCAPES = {n = "\n", r = "\r", t = "\t"}

--- The templates of the corpus, each with its line.
local function read_corpus()
   local templates, number = {}, 0
   for line in io.lines(CORPUS) do
      number = number + 1
      if line ~= "" and not line:find("^# ") then
         table.insert(templates, {line = number, text = line})
      end
   end
   return templates
end

--- What `\n` and the like outside of the strings of a template stand for.
local function unescape(text)
   return (text:gsub("\\([nrt])", ESCAPES))
end

local function has_jinja()
   return os.execute("python3 -c 'import jinja2' 2>/dev/null") == true
end

describe("templates beside Jinja2", function()
   if not has_jinja() then
      pending("needs python3-jinja2, which tools/setup installs")
      return
   end

   local data, files = grammar.data, grammar.files
   local templates, answers = {}, nil
   for _, entry in ipairs(read_corpus()) do
      table.insert(templates, {name = ("%s:%d: %s"):format(CORPUS, entry.line, entry.text),
         text = unescape(entry.text)})
   end
   local corpus_count = #templates
   for _, text in ipairs(grammar.generate(RANDOM_COUNT, SEED)) do
      table.insert(templates, {name = text, text = text})
   end

   lazy_setup(function()
      local texts = {}
      for i, entry in ipairs(templates) do
         texts[i] = entry.text
      end
      local world = cfy.world()
      local cases = world:write("cases.json",
         json.encode {data = data, files = files, templates = texts})
      local result = world:sh("python3 spec/support/jinja.py " .. cases)
      assert(result.code == 0, result.err)
      answers = json.decode(result.out)
      world:remove()
   end)

   local function compare(i)
      local ok, text = pcall(render, templates[i].text, "template", data, function(name)
         return files[name]
      end)
      local expected = answers[i]
      local message = templates[i].name .. "\nJinja2: " .. (expected.error or expected.text)
         .. "\nours: " .. (ok and text or tostring(text))
      assert.equal(expected.error == nil, ok, message)
      if ok then
         assert.equal(expected.text, text, message)
      end
   end

   for i = 1, corpus_count do
      it(templates[i].name, function() compare(i) end)
   end
   it(("%d random templates"):format(RANDOM_COUNT), function()
      for i = corpus_count + 1, #templates do
         compare(i)
      end
   end)
end)
