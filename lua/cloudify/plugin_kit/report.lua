--- What is found wrong with a plugin.
local report = {}

---@class cloudify.plugin_kit.Finding
---@field severity "error"|"warning"
---@field file? string path in the plugin's folder
---@field line? integer
---@field message string
---@field advice string what to do

---@class cloudify.plugin_kit.Report
---@field findings cloudify.plugin_kit.Finding[]
local Report = {}
Report.__index = Report

---@return cloudify.plugin_kit.Report
function report.new()
   return setmetatable({findings = {}}, Report)
end

local function add(self, severity, place, message, advice)
   table.insert(self.findings, {severity = severity, file = place.file, line = place.line,
      message = message, advice = advice})
end

--- Something that will fail. `place` has `file` and `line`, as far as there are.
function Report:error(place, message, advice)
   add(self, "error", place, message, advice)
end

--- Something that works, and will be regretted.
function Report:warning(place, message, advice)
   add(self, "warning", place, message, advice)
end

local function ends_with(text, ending)
   return text:sub(-#ending) == ending
end

--- An error in the form that Lua gives them, "tasks.lua:3: unexpected symbol". One that was raised
--- in another file keeps its place in the text.
function Report:lua_error(file, message, advice)
   local where, line, rest = message:match("^([^\n]-):(%d+): (.*)$")
   if where and (ends_with(where, file) or ends_with(file, where)) then
      self:error({file = file, line = math.tointeger(tonumber(line))}, rest, advice)
   else
      self:error({file = file}, message, advice)
   end
end

--- The findings by file and line.
function Report:sorted()
   local order = {}
   for i, finding in ipairs(self.findings) do
      order[finding] = i
   end
   table.sort(self.findings, function(a, b)
      local file_a, file_b = a.file or "", b.file or ""
      if file_a ~= file_b then
         return file_a < file_b
      end
      local line_a, line_b = a.line or 0, b.line or 0
      return line_a ~= line_b and line_a < line_b or line_a == line_b and order[a] < order[b]
   end)
   return self.findings
end

return report
