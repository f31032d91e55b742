--- What a benchmark prints and writes.
local tap = dofile("test/tap.lua")
local report = dofile("test/bench/report.lua")

local cases = {
   -- target, value, what the line ends with
   {nil, 1, "1.0"},
   {{"<", 25}, 24.9, "24.9   target < 25: met"},
   {{"<", 25}, 25, "25.0   target < 25: MISSED"},
   {{">=", 0.5}, 0.5, "0.5   target >= 0.5: met"},
   {{">=", 0.5}, 0.4, "0.4   target >= 0.5: MISSED"},
}
local all = report.new()
for i, case in ipairs(cases) do
   local target, value, ending = table.unpack(case, 1, 3)
   all:row("row_" .. i, "label " .. i, value, "%.1f", target)
   local line = report.line(all.rows[i])
   tap.equal("label " .. i, line:sub(1, 7), "row %d begins with its label", i)
   tap.equal(ending, line:sub(-#ending), "row %d ends with value and verdict", i)
end
tap.equal(#cases, select(2, all:text():gsub("\n", "")), "the table has a line for each row")

tap.equal([[
{
  "date": "2026-01-02",
  "row_1": 1.0,
  "row_2": 24.9,
  "row_3": 25.0,
  "row_4": 0.5,
  "row_5": 0.4,
  "missed": ["row_3", "row_5"]
}
]], all:json("2026-01-02"), "the JSON has all values, and which targets are missed")

tap.check(not pcall(all.row, all, "row_1", "again", 1, "%d"), "a key names one row")
tap.check(not pcall(all.row, all, "ratio", "ratio", 0 / 0, "%f"), "a value is a number")

tap.done()
