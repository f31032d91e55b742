/* plugin_test.c - the part of cloudify.h that runs the specs of a plugin: busted, in our own Lua.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/lua_runner.h"
#include "api/runtime.h"
#include "base/files.h"
#include "dispatch/dispatch.h"
#include "dsl/plugin_manifest.h"

/* The module that starts busted, in lua/. */
static char runner_module[] = "cloudify.plugin_kit.busted";

/* The command line of lua-runner; only the list is new. NULL: no memory. */
static char **command_line(char *runner, const char *note, const char *folder,
                           const char *const *arguments)
{
    char *const first[] = {runner, "-m", runner_module, (char *)note, (char *)folder};
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

/* Where the process notes which spec it runs: it may end in any way, also without being asked. */
struct note {
    int file;
    char path[64];
};

static bool note_open(struct note *note, struct error *err)
{
    note->file = memfd_create("spec", MFD_CLOEXEC);
    snprintf(note->path, sizeof note->path, "/proc/%ld/fd/%d", (long)getpid(), note->file);
    return note->file >= 0 || error_set(err, ERROR_IO, "cannot note which spec runs: %m");
}

/* Tell what the specs have not lived to tell: `exit_code` is that of lua_runner_run(). */
static bool report_end(const struct note *note, double timeout, int exit_code, struct error *err)
{
    char running[512], how[64];
    ssize_t length = pread(note->file, running, sizeof running - 1, 0);
    running[length > 0 ? length : 0] = '\0';
    if (exit_code == LUA_RUNNER_TIMED_OUT)
        snprintf(how, sizeof how, "have taken longer than %g second%s", timeout,
                 timeout == 1 ? "" : "s");
    else if (exit_code == 128 + SIGINT)
        snprintf(how, sizeof how, "were interrupted");
    else
        snprintf(how, sizeof how, "were killed by signal %d (%s)", exit_code - 128,
                 strsignal(exit_code - 128));
    return error_set(err, ERROR_FAILED, *running ? "the specs %s, in %s" : "the specs %s", how,
                     running);
}

static bool run(const char *folder, const char *const *arguments, double timeout, int *exit_code,
                struct error *err)
{
    struct note note;
    char *runner = check_folder(folder, err) ? lua_runner_find(err) : NULL;
    if (!runner || !note_open(&note, err)) {
        free(runner);
        return false;
    }
    char **argv = command_line(runner, note.path, folder, arguments);
    bool ok = argv ? lua_runner_run(argv, timeout, exit_code, err) : error_nomem(err);
    if (ok && (*exit_code == LUA_RUNNER_TIMED_OUT || *exit_code > 128))
        ok = report_end(&note, timeout, *exit_code, err);
    close(note.file);
    free(argv);
    free(runner);
    return ok;
}

bool cloudify_plugin_test(struct cloudify *c, const char *folder, const char *const *arguments,
                          double timeout, int *exit_code, struct cloudify_error *err)
{
    struct error why = {0};
    (void)c;
    *exit_code = 0;
    return run(folder, arguments, timeout, exit_code, &why) || runtime_error(err, &why);
}
