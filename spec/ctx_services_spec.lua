local operations = require("spec.support.operations")

describe("methods of ctx", function()
   operations.suite {
      app = {
         {"runtime.md 1.3: get_config has nothing", "return ctx:get_config()", {}},
         {"runtime.md 1.3: get_config of a name has nothing",
            "return ctx:get_config('max_workers', 'agent')", {}},
         {"runtime.md 1.3: get_managers names this machine",
            "return ctx:get_managers()[1].networks.default", "127.0.0.1"},
         {"runtime.md 1.3: get_managers of a network that there is not",
            "return ctx:get_managers('other')", {}},
         {"runtime.md 1.3: get_brokers names this machine",
            "return ctx:get_brokers('default')[1].networks.default", "127.0.0.1"},
         {"runtime.md 1.3: get_operation tells of this one",
            "local o = ctx:get_operation()\n"
               .. "return {o.id == ctx.task_id, o.execution_id == ctx.execution_id, o.name,\n"
               .. "   o.state, o.node_instance_id == ctx.instance.id, o.retry}",
            {true, true, "cloudify.interfaces.lifecycle.start", "started", true, 0}},
         {"runtime.md 1.3: get_execution tells of the current one",
            "local e = ctx:get_execution()\n"
               .. "return {e.id == ctx.execution_id, e.status, e.workflow_id, e.deployment_id}",
            {true, "started", "install", "app"}},
         {"runtime.md 1.3: get_execution by id",
            "return ctx:get_execution(ctx.execution_id).workflow_id", "install"},
         {"runtime.md 1.3: get_execution of one that there is not", "ctx:get_execution('none')",
            type = "RecoverableError", error = "there is no execution 'none'"},
         {"runtime.md 1.3: update_operation is no error", "return ctx:update_operation('started')",
            nil},
         {"runtime.md 1.3: update_operation knows the states", "ctx:update_operation('begun')",
            error = "operations have no state 'begun'"},
         {"runtime.md 1.3: local_deployment_workdir is a folder that is there",
            "return require('cloudify.files').is_dir(ctx:local_deployment_workdir())", true},
         {"runtime.md 1.3: the deployment's folder needs no copying",
            "ctx:download_deployment_workdir(); ctx:upload_deployment_workdir()\n"
               .. "local guard <close> = ctx:sync_deployment_workdir(); return guard ~= nil", true},
         {"runtime.md 1.3: upload_deployment_file and delete_deployment_file",
            "local files = require('cloudify.files')\n"
               .. "local source = files.join(files.mkdtemp(), 'source')\n"
               .. "files.write(source, 'some text')\n"
               .. "ctx:upload_deployment_file('notes/today.txt', source)\n"
               .. "files.remove_tree(source:match('^(.*)/'))\n"
               .. "local path = files.join(ctx:local_deployment_workdir(), 'notes/today.txt')\n"
               .. "local text = files.read(path)\n"
               .. "ctx:delete_deployment_file('notes/today.txt')\n"
               .. "return {text, files.exists(path)}",
            {"some text", false}},
         {"runtime.md 1.3: upload_deployment_file replaces a link, not what it leads to",
            "local files = require('cloudify.files')\n"
               .. "local folder = ctx:local_deployment_workdir()\n"
               .. "files.write(folder .. '/led-to', 'old')\n"
               .. "os.execute('ln -s led-to ' .. folder .. '/link')\n"
               .. "ctx:upload_deployment_file('link', '/proc/self/comm')\n"
               .. "ctx:upload_deployment_file('link', folder .. '/led-to')\n"
               .. "return {files.read(folder .. '/led-to'), files.read(folder .. '/link')}",
            {"old", "old"}},
         {"runtime.md 1.3: upload_deployment_file of a file that is not there",
            "ctx:upload_deployment_file('x/y', '/nowhere')", type = "RecoverableError",
            error = "cannot read '/nowhere': No such file or directory"},
         {"runtime.md 1.3: delete_deployment_file of a file that is not there",
            "ctx:delete_deployment_file('x/z')", type = "RecoverableError",
            error = "deployment file 'x/z': No such file or directory"},
         {"runtime.md 1.3: upload_deployment_file leads nowhere else by '..'",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:upload_deployment_file('../x', '/etc/hostname')",
            error = "deployment file '../x': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: upload_deployment_file leads nowhere else by an absolute path",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:upload_deployment_file('/etc/hosts', '/etc/hostname')",
            error = "deployment file '/etc/hosts': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: upload_deployment_file leads nowhere else by a link",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:upload_deployment_file('up/x', '/etc/hostname')",
            error = "deployment file 'up/x': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: upload_deployment_file wants a file",
            "ctx:upload_deployment_file('notes/', '/etc/hostname')",
            error = "deployment file 'notes/': names no file"},
         {"runtime.md 1.3: delete_deployment_file leads nowhere else by '..'",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:delete_deployment_file('../x')",
            error = "deployment file '../x': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: delete_deployment_file leads nowhere else by an absolute path",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:delete_deployment_file('/etc/hosts')",
            error = "deployment file '/etc/hosts': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: delete_deployment_file leads nowhere else by a link",
            "os.execute('ln -sfn .. ' .. ctx:local_deployment_workdir() .. '/up')\n"
               .. "ctx:delete_deployment_file('up/x')",
            error = "deployment file 'up/x': must be a path inside the deployment's folder"},
         {"runtime.md 1.3: delete_deployment_file removes no folder",
            "require('cloudify.files').mkdir(ctx:local_deployment_workdir() .. '/folder')\n"
               .. "ctx:delete_deployment_file('folder')",
            error = "deployment file 'folder': names a folder"},
         {"runtime.md 1.3: delete_deployment_file wants a file",
            "ctx:delete_deployment_file('notes/')",
            error = "deployment file 'notes/': names no file"},
      },
      source = {
         {"runtime.md 1.3: they are there in a relationship, too",
            "return {#ctx:get_managers(), ctx:get_execution().status, ctx:get_operation().name}",
            {1, "started", "cloudify.interfaces.relationship_lifecycle.establish"}},
      },
   }
end)
