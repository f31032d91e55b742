--- Damaged templates: each renders, or is refused with a sentence of ours; nothing in the engine
--- itself fails.
local exceptions = require("cloudify.exceptions")
local grammar = require("spec.support.template_grammar")
local render = require("cloudify.template").render

local CORPUS = "spec/fixtures/templates/corpus.txt"
local COUNT, SEED = 5000, 7

local PIECES = {"{{", "}}", "{%", "%}", "{#", "|", "(", ")", "[", "]", "{", "}", ",", ".", "'", "-",
   " is ", " in ", " not ", " if ", " else ", "for", "**", "*", "~", ":", "=", "\0", "\xff", "0x",
   "1e", "end", "\\", "loop", "caller", "varargs", "none", "9999999999"}

local function read_lines()
   local lines = {}
   for line in io.lines(CORPUS) do
      if line ~= "" then
         table.insert(lines, (line:gsub("\\n", "\n")))
      end
   end
   return lines
end

--- Ways to damage a text at a position.
local damages = {
   function(text, at) return text:sub(1, at - 1) .. text:sub(at + math.random(5)) end,
   function(text, at)
      return text:sub(1, at - 1) .. PIECES[math.random(#PIECES)] .. text:sub(at)
   end,
   function(text, at, lines)
      local other = lines[math.random(#lines)]
      local from = math.random(#other)
      return text:sub(1, at - 1) .. other:sub(from, from + math.random(10)) .. text:sub(at)
   end,
}

local function damaged(lines)
   local text = lines[math.random(#lines)]
   for _ = 1, math.random(4) do
      text = damages[math.random(#damages)](text, math.random(#text + 1), lines)
   end
   return text
end

--- Whether the message is none of Lua's own, and tells the line.
local function is_ours(err)
   return exceptions.is(err, exceptions.NonRecoverableError)
      and err.message:find("^[%w_.]+:[1-9]%d*: ") and not err.message:find("cloudify/", 1, true)
      and not err.message:find("attempt to", 1, true)
end

describe("a damaged template", function()
   it("renders or is refused", function()
      math.randomseed(SEED)
      local lines, rendered = read_lines(), 0
      for _ = 1, COUNT do
         local text = damaged(lines)
         local ok, err = pcall(render, text, grammar.data, "t", function(name)
            return grammar.files[name]
         end)
         rendered = rendered + (ok and 1 or 0)
         assert(ok or is_ours(err), ("%s\n%s"):format(text, tostring(err)))
      end
      assert.is_true(rendered > COUNT / 20 and rendered < COUNT)
   end)
end)
