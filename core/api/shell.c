/* shell.c - the part of cloudify.h that opens a Lua prompt, in our own Lua. */
#include <stdlib.h>

#include "api/lua_runner.h"
#include "api/runtime.h"
#include "dispatch/dispatch.h"

bool cloudify_shell(struct cloudify *c, const char *deployment, const char *instance,
                    int *exit_code, struct cloudify_error *err)
{
    struct error why = {0};
    const char *key = c->options.secret_key ? c->options.secret_key : "";
    char *runner = lua_runner_find(&why);
    char *argv[] = {runner,           "-m",        "cloudify.shell",
                    c->directory,     (char *)key, (char *)deployment,
                    (char *)instance, NULL};
    bool ok = runner && lua_runner_run(argv, 0, exit_code, &why);
    free(runner);
    return ok || runtime_error(err, &why);
}
