/* plugin_test.c - the part of cloudify.h that runs the specs of a plugin: busted, in our own Lua.
 */
#include <stdlib.h>
#include <string.h>

#include "api/lua_runner.h"
#include "api/runtime.h"
#include "base/files.h"
#include "dispatch/dispatch.h"
#include "dsl/plugin_manifest.h"

/* The module that starts busted, in lua/. */
static char runner_module[] = "cloudify.plugin_kit.busted";

/* The command line of lua-runner; only the list is new. NULL: no memory. */
static char **command_line(char *runner, const char *folder, const char *const *arguments)
{
    char *const first[] = {runner, "-m", runner_module, (char *)folder};
    size_t count = 0, leading = sizeof first / sizeof *first;
    while (arguments && arguments[count])
        count++;
    char **argv = calloc(leading + count + 1, sizeof *argv);
    if (!argv)
        return NULL;
    memcpy(argv, first, sizeof first);
    for (size_t i = 0; i < count; i++)
        argv[leading + i] = (char *)arguments[i];
    return argv;
}

/* Whether a plugin is there. */
static bool check_folder(const char *folder, struct error *err)
{
    if (!directory_exists(folder))
        return error_set(err, ERROR_NOT_FOUND, "there is no folder '%s'", folder);
    struct error ignored = {0};
    json_t *manifest = plugin_manifest_read(folder, &ignored);
    json_decref(manifest);
    return manifest || ignored.code != ERROR_NOT_FOUND ||
           error_set(err, ERROR_NOT_FOUND,
                     "'%s' is no plugin: it has no plugin.yaml ('cfy plugins new NAME' begins one)",
                     folder);
}

bool cloudify_plugin_test(struct cloudify *c, const char *folder, const char *const *arguments,
                          int *exit_code, struct cloudify_error *err)
{
    struct error why = {0};
    (void)c;
    char *runner = check_folder(folder, &why) ? lua_runner_find(&why) : NULL;
    char **argv = runner ? command_line(runner, folder, arguments) : NULL;
    bool ok = argv ? lua_runner_run(argv, exit_code, &why) : (why.code ? false : error_nomem(&why));
    free(argv);
    free(runner);
    return ok || runtime_error(err, &why);
}
