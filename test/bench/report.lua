--- The rows of a benchmark: what was measured, beside what it should be.
local report = {}
report.__index = report

--- A report without rows.
function report.new()
   return setmetatable({rows = {}, keys = {}}, report)
end

local function is_met(value, target)
   if target[1] == "<" then
      return value < target[2]
   end
   return value >= target[2]
end

--- Add a row.
---@param key string     its name in the JSON
---@param label string   its name in the table; indented where it belongs to the row above
---@param value number
---@param format string  of the value, for string.format; what it gives must be a number of JSON
---@param target? table  {"<", 25} or {">=", 0.5}
function report:row(key, label, value, format, target)
   assert(value == value and math.abs(value) ~= math.huge, key .. ": not a number")
   assert(not self.keys[key], key .. ": there is a row of this name already")
   local row = {key = key, label = label, value = format:format(value), target = target,
                met = target and is_met(value, target)}
   self.keys[key] = true
   table.insert(self.rows, row)
end

--- A row as a line of the table.
function report.line(row)
   local target = row.target
   local verdict = target and ("   target %s %g: %s"):format(target[1], target[2],
                                                             row.met and "met" or "MISSED") or ""
   return ("%-60s %10s%s"):format(row.label, row.value, verdict)
end

--- The whole table.
---@return string
function report:text()
   local lines = {}
   for _, row in ipairs(self.rows) do
      table.insert(lines, report.line(row) .. "\n")
   end
   return table.concat(lines)
end

--- A JSON object: the date, key -> value, and the keys of the rows whose target is missed.
---@param date string
---@return string
function report:json(date)
   local members, missed = {('"date": "%s"'):format(date)}, {}
   for _, row in ipairs(self.rows) do
      table.insert(members, ('"%s": %s'):format(row.key, row.value))
      if row.target and not row.met then
         table.insert(missed, ('"%s"'):format(row.key))
      end
   end
   table.insert(members, ('"missed": [%s]'):format(table.concat(missed, ", ")))
   return "{\n  " .. table.concat(members, ",\n  ") .. "\n}\n"
end

return report
