local operations = require("spec.support.operations")

describe("ctx.plugin", function()
   operations.suite {
      app = {
         {"runtime.md 1.7: name", "return ctx.plugin.name", "chunks"},
         {"runtime.md 1.7: package_name and package_version",
            "return {ctx.plugin.package_name, ctx.plugin.package_version}",
            {"spec-chunks", "1.2"}},
         {"runtime.md 1.7: source", "return ctx.plugin.source", "chunks"},
         {"runtime.md 1.7: properties", "return ctx.plugin.properties",
            {colour = {description = "of the paint", value = "blue"}}},
         {"runtime.md 1.7: properties are read-only", "ctx.plugin.properties.colour.value = 'red'",
            error = "Cannot override read only properties"},
         {"runtime.md 1.7: prefix is the folder that has the plugin",
            "return require('cloudify.files').exists(ctx.plugin.prefix .. '/chunks/tasks.lua')",
            true},
         {"runtime.md 1.7: workdir is a folder of the plugin's own, made when it is asked for",
            "local files, workdir = require('cloudify.files'), ctx.plugin.workdir\n"
               .. "return {files.is_dir(workdir), workdir:match('[^/]*/[^/]*$')}",
            {true, "plugins/chunks"}},
         {"runtime.md 1.7: as text it is its name",
            "return {tostring(ctx.plugin), ctx.plugin .. ' x', 'x ' .. ctx.plugin,\n"
               .. "   ('%s'):format(ctx.plugin)}",
            {"chunks", "chunks x", "x chunks", "chunks"}},
         {"a misspelt field names the nearest one", "return ctx.plugin.work_dir",
            error = "ctx.plugin has no field 'work_dir' (did you mean 'workdir'?)"},
      },
      source = {
         {"runtime.md 1.7: it is there in a relationship, too",
            "return {ctx.plugin.name, ctx.plugin.package_version}", {"chunks", "1.2"}},
      },
   }
end)
