--- The operations: they read ctx, call my_plugin.note, and store what came of it. All that needs no
--- ctx is in note.lua.
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
local utils = require("cloudify.utils")

local note = require("my_plugin.note").new(files)

local tasks = {}

--- Write the note. It may be run again after an interruption, as it makes its folder only once.
tasks.create = operation {resumable = true}(function(ctx, inputs)
   local properties, runtime = ctx.node.properties, ctx.instance.runtime_properties
   if not runtime.folder then
      runtime.folder = files.mkdtemp("my-plugin-")
      ctx.instance:update() -- saved now: whatever happens, delete knows what to remove
   end
   local ok, path = utils.try(note.write, note, runtime.folder, inputs.file_name,
      properties.text, properties.author)
   if not ok then
      -- Another try would end like this one. Other errors are tried again.
      error(exceptions.NonRecoverableError("Cannot write the note",
         {causes = {utils.exception_to_error_cause(path)}}))
   end
   runtime.path = path
   ctx.logger:info("The note is in %s", path)
end)

--- Remove what create made, if it is there.
tasks.delete = operation {resumable = true}(function(ctx)
   local runtime = ctx.instance.runtime_properties
   if runtime.folder then
      note:remove(runtime.folder)
      ctx.logger:info("The note is removed")
   end
   runtime.folder, runtime.path = nil, nil
end)

return tasks
