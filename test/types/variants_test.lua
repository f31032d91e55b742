--- What the markers of types.yaml.in mean.
local tap = dofile("test/tap.lua")
local variants = dofile("types/variants.lua")

--- The lines that a variant keeps, without the line that says where they come from.
local function select(source, version)
   local text, message = variants.select(source, version)
   return text and text:match("^#[^\n]*\n(.*)$"), message
end

local cases = {
   {"keeps what is not marked", "a:\n  b: 1\n", "a:\n  b: 1\n", "a:\n  b: 1\n"},
   {"drops what is newer", "a: 1  # since: 1_4\nb: 2\n", "b: 2\n", "a: 1\nb: 2\n"},
   {"drops what is older", "a: 1  # until: 1_3\nb: 2\n", "a: 1\nb: 2\n", "b: 2\n"},
   {"takes the block along", "a:  # since: 1_4\n  b:\n\n    c: 1\nd: 2\n", "d: 2\n",
    "a:\n  b:\n\n    c: 1\nd: 2\n"},
   {"takes markers inside the block along",
    "a:  # since: 1_4\n  b: 1  # until: 1_3\n  c: 2\nd: 3\n", "d: 3\n", "a:\n  c: 2\nd: 3\n"},
   {"sees a marker behind a dropped block", "a: 1  # since: 1_4\nb: 2  # since: 1_4\n", "",
    "a: 1\nb: 2\n"},
   {"chooses between two values", "a: 1  # since: 1_4\na: 2  # until: 1_3\n", "a: 2\n", "a: 1\n"},
   {"keeps comments that have a line of their own", "a:\n  # why\n  b: 1\n",
    "a:\n  # why\n  b: 1\n", "a:\n  # why\n  b: 1\n"},
   {"drops comments on the source and nothing below them", "## why\na:\n## more\n  b: 1\n",
    "a:\n  b: 1\n", "a:\n  b: 1\n"},
}
for _, case in ipairs(cases) do
   local name, source, oldest, middle = table.unpack(case)
   tap.equal(oldest, select(source, "1_3"), "1_3 %s", name)
   tap.equal(middle, select(source, "1_4"), "1_4 %s", name)
end
tap.equal("a: 1\n", select("a: 1  # since: 1_4\n", "1_5"), "a later variant keeps what came before")
tap.equal("", select("a: 1  # until: 1_4\n", "1_5"), "a later variant drops what ended before")

local errors = {
   {"a misspelt marker", "a: 1\nb: 2  # sicne: 1_4\n",
    "line 2: 'sicne: 1_4' is neither 'since: VERSION' nor 'until: VERSION'"},
   {"a remark behind a value", "a: 1  # a remark\n",
    "line 1: 'a remark' is neither 'since: VERSION' nor 'until: VERSION'"},
   {"a marker with something behind it", "a: 1  # since: 1_4 or so\n",
    "line 1: 'since: 1_4 or so' is neither 'since: VERSION' nor 'until: VERSION'"},
   {"an unknown version", "a: 1  # since: 1_9\n", "line 1: unknown version '1_9'"},
   {"an unknown version in a dropped block", "a:  # since: 1_4\n  b: 1  # since: 1_9\n",
    "line 2: unknown version '1_9'"},
}
for _, case in ipairs(errors) do
   local name, source, expected = table.unpack(case)
   local text, message = select(source, "1_3")
   tap.check(text == nil, "refuses %s", name)
   tap.equal(expected, message, "says why it refuses %s", name)
end

tap.done()
