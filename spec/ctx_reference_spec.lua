--- docs/ctx.md and lua/types speak of the same fields and methods of ctx and what hangs on it.
local annotations = dofile("tools/annotations.lua")

local DOCUMENT = "docs/ctx.md"

--- Class -> the heading of the section that describes it. Subsections belong to a section.
local SECTIONS = {
   Ctx = "ctx: what an operation knows and can do", Node = "ctx.node", Instance = "ctx.instance",
   Relationship = "Relationships", RelationshipEnd = "Where it runs", Operation = "ctx.operation",
   Plugin = "ctx.plugin", Deployment = "The execution and the deployment",
   Blueprint = "The execution and the deployment", Logger = "The execution and the deployment",
   BootstrapContext = "The execution and the deployment",
   Capabilities = "For plugins that come from elsewhere",
   Agent = "For plugins that come from elsewhere",
}

--- Fields of the deployment that are described among those of ctx.
local ELSEWHERE = {creator = true, tenant_name = true, runtime_only_evaluation = true}

local _, by_name = annotations.read_all({"lua/types/cloudify.lua"})

--- The type of a field, "" for a method; nil where there is none of that name.
local function member(class, name)
   for _, field in ipairs(class.fields) do
      if field.name == name or field.name == "[string]" then
         return field.type
      end
   end
   for _, func in ipairs(class.functions) do
      if func.name == name then
         return ""
      end
   end
end

--- Follow names from a class; false at the first that is not declared. What is no class of ours,
--- as data is, may have anything.
local function resolves(class, path)
   for name in path:gmatch("[%w_]+") do
      local kind = member(class, name)
      if not kind then
         return false
      end
      class = by_name[kind]
      if not class or not class.fields then
         return true
      end
   end
   return true
end

--- The sections of the page: {level, heading, code = {texts}, cells = {first column of tables}}.
local function read_sections()
   local sections, in_block = {}, false
   for line in io.lines(DOCUMENT) do
      local level, heading = line:match("^(#+) (.*)$")
      local section = sections[#sections]
      if line:find("^```") then
         in_block = not in_block
      elseif in_block then
         table.insert(section.code, line)
      elseif level then
         table.insert(sections, {level = #level, heading = heading, code = {}, cells = {}})
      else
         for span in line:gmatch("`([^`]+)`") do
            table.insert(section.code, span)
         end
         for span in (line:match("^| (.-) |") or ""):gmatch("`([^`]+)`") do
            table.insert(section.cells, span)
         end
      end
   end
   return sections
end

local sections = read_sections()

--- The code of a section and of its subsections.
local function code_of(heading)
   local code, level = {}, nil
   for _, section in ipairs(sections) do
      if section.heading == heading then
         level = section.level
      elseif level and section.level <= level then
         break
      end
      table.move(level and section.code or {}, 1, #section.code, #code + 1, code)
   end
   assert(level, "there is no section " .. heading)
   return table.concat(code, "\n")
end

local function mentions(code, name)
   return code:find("%f[%w_]" .. name .. "%f[^%w_]") ~= nil
end

describe("the reference of ctx", function()
   for class, heading in pairs(SECTIONS) do
      it("describes all that lua/types declares of " .. class, function()
         local code, whole = code_of(heading), code_of(SECTIONS.Ctx)
         local missing = {}
         local declared = by_name["cloudify." .. class]
         for _, list in ipairs {declared.fields, declared.functions} do
            for _, item in ipairs(list) do
               local place = class == "Deployment" and ELSEWHERE[item.name] and whole or code
               if not item.name:find("^%[") and not mentions(place, item.name) then
                  table.insert(missing, item.name)
               end
            end
         end
         assert.same({}, missing)
      end)
   end

   it("describes nothing that lua/types does not declare", function()
      local unknown, count = {}, 0
      local function check(class, path, where)
         count = count + 1
         if not resolves(by_name["cloudify." .. class], path) then
            table.insert(unknown, where .. ": " .. path)
         end
      end
      for _, section in ipairs(sections) do
         local class = section.heading:match("^ctx%.(%l)")
         class = class and section.heading:match("^ctx%.(.*)$"):gsub("^%l", string.upper) or "Ctx"
         for _, cell in ipairs(section.cells) do
            if not cell:find('^"') then
               check(cell:find("^ctx%.") and "Ctx" or class,
                  cell:gsub("^ctx%.", ""):gsub("%(.*", ""), section.heading)
            end
         end
         for _, code in ipairs(section.code) do
            if not code:find("has no field") then
               for path in code:gmatch("%f[%w_]ctx[.:]([%w_.:]+)") do
                  check("Ctx", path, section.heading)
               end
            end
         end
      end
      assert.same({}, unknown)
      assert.truthy(count > 100, count)
   end)
end)
