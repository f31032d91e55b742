--- What C registers for ctx is declared in lua/types, for editors.

--- File -> the classes that it registers fields and methods of.
local SOURCES = {
   ["core/lua/ctx.c"] = {"Ctx"},
   ["core/lua/ctx_facts.c"] = {"Ctx", "Deployment", "Blueprint"},
   ["core/lua/ctx_services.c"] = {"Ctx"},
   ["core/lua/node.c"] = {"Node"},
   ["core/lua/instance.c"] = {"Instance"},
   ["core/lua/relationship.c"] = {"Relationship", "RelationshipEnd"},
   ["core/lua/operation.c"] = {"Operation"},
   ["core/lua/plugin.c"] = {"Plugin"},
   ["core/lua/logger.c"] = {"Logger"},
   ["core/lua/workflow_ctx.c"] = {"workflow.Ctx"},
   ["core/lua/workflow_services.c"] = {"workflow.Ctx"},
   ["core/lua/workflow_records.c"] = {"workflow.Ctx"},
   ["core/lua/workflow_task.c"] = {"workflow.Task"},
   ["core/lua/workflow_result.c"] = {"workflow.Task"},
   ["core/lua/workflow_graph.c"] = {"workflow.Graph", "workflow.TaskContainer"},
   ["core/lua/workflow_sequence.c"] = {"workflow.Sequence"},
   ["core/lua/workflow_logger.c"] = {"Logger"},
   ["core/lua/workflow_deployment.c"] = {"workflow.Deployment"},
   ["core/lua/workflow_modification.c"] = {"workflow.Modification", "workflow.ModificationView"},
   ["core/lua/workflow_node.c"] = {"workflow.Node"},
   ["core/lua/workflow_relationship.c"] = {"workflow.Relationship"},
   ["core/lua/workflow_instance.c"] = {"workflow.NodeInstance"},
   ["core/lua/workflow_relationship_instance.c"] = {"workflow.RelationshipInstance"},
}

local DECLARATIONS = {"cloudify", "workflow", "workflow_graph", "mocks"}

local function read(path)
   local file = assert(io.open(path))
   local text = file:read("a")
   file:close()
   return text
end

--- The names of lua_field and luaL_Reg entries; metamethods are none.
local function registered(path)
   local names = {}
   for name in read(path):gmatch('{"(%l[%w_]*)", [%l_]+[,}]') do
      table.insert(names, name)
   end
   return names
end

--- class -> its declared names
local function declared()
   local classes, class = {}, nil
   for _, file in ipairs(DECLARATIONS) do
      for line in read("lua/types/" .. file .. ".lua"):gmatch("[^\n]+") do
         class = line:match("^%-%-%-@class cloudify%.([%w.]+)") or class
         local name = line:match("^%-%-%-@field ([%w_]+)") or line:match("^function %w+:([%w_]+)")
         if class and name then
            classes[class] = classes[class] or {}
            classes[class][name] = true
         end
      end
   end
   return classes
end

describe("lua/types", function()
   for path, classes in pairs(SOURCES) do
      it("declares what " .. path .. " registers", function()
         local all, names = declared(), registered(path)
         assert.truthy(#names > 0)
         for _, name in ipairs(names) do
            local found = false
            for _, class in ipairs(classes) do
               found = found or all[class][name]
            end
            assert.truthy(found, name)
         end
      end)
   end

   --- Constructor of cloudify.mocks -> the class of its arguments.
   local MOCKS = {
      MockCloudifyContext = "Arguments", MockNodeContext = "NodeArguments",
      MockNodeInstanceContext = "InstanceArguments",
      MockRelationshipContext = "RelationshipArguments",
      MockRelationshipSubjectContext = "SubjectArguments",
      MockOperationContext = "OperationArguments", plugin = "PluginArguments",
   }
   for constructor, class in pairs(MOCKS) do
      it("declares the arguments that " .. constructor .. " of cloudify.mocks takes", function()
         local names = {}
         for name in pairs(declared()["mocks." .. class]) do
            table.insert(names, name)
         end
         table.sort(names)
         assert.same(require("cloudify.mocks.arguments").names(constructor), names)
      end)
   end

   it("is Lua", function()
      for _, file in ipairs(DECLARATIONS) do
         assert.truthy(loadfile("lua/types/" .. file .. ".lua"))
      end
   end)
end)
