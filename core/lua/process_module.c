/* process_module.c - cloudify.processes: os.execute, io.popen, and what cloudify.aio stands on. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "lua/command.h"
#include "lua/core_module.h"
#include "lua/exception.h"
#include "lua/process.h"
#include "lua/string_list.h"
#include "lua/wait.h"

static pid_t start_shell(const char *command, int input, int output, struct error *err)
{
    char *arguments[] = {"sh", "-c", (char *)command, NULL};
    struct process_start start = {.program = "/bin/sh",
                                  .arguments = arguments,
                                  .input = input,
                                  .output = output,
                                  .error = -1};
    return process_start(&start, err);
}

/* As of os.execute(): true or nil, "exit" or "signal", number. */
static int push_status(lua_State *L, int status)
{
    bool exited = WIFEXITED(status);
    int code = exited ? WEXITSTATUS(status) : WTERMSIG(status);
    if (exited && code == 0)
        lua_pushboolean(L, 1);
    else
        luaL_pushfail(L);
    lua_pushstring(L, exited ? "exit" : "signal");
    lua_pushinteger(L, code);
    return 3;
}

static int push_failure(lua_State *L, const struct error *err)
{
    luaL_pushfail(L);
    lua_pushstring(L, err->text);
    lua_pushinteger(L, errno);
    return 3;
}

static int process_execute(lua_State *L)
{
    const char *command = luaL_optstring(L, 1, NULL);
    if (!command) {
        lua_pushboolean(L, access("/bin/sh", X_OK) == 0);
        return 1;
    }
    struct error err = {0};
    fflush(NULL);
    pid_t pid = start_shell(command, -1, -1, &err);
    return pid < 0 ? push_failure(L, &err) : push_status(L, process_wait(pid));
}

/* What Lua's own file methods see, and the child behind it. */
struct piped_file {
    luaL_Stream stream;
    pid_t pid;
};

static int piped_close(lua_State *L)
{
    struct piped_file *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    fclose(file->stream.f);
    return push_status(L, process_wait(file->pid));
}

/* A pipe of which our end is a stdio file. `*theirs` is for the child. */
static FILE *pipe_file(bool reading, int *theirs)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return NULL;
    *theirs = ends[reading ? 1 : 0];
    FILE *file = fdopen(ends[reading ? 0 : 1], reading ? "r" : "w");
    if (!file) {
        close(ends[0]);
        close(ends[1]);
    }
    return file;
}

static int process_popen(lua_State *L)
{
    const char *command = luaL_checkstring(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    luaL_argcheck(L, strcmp(mode, "r") == 0 || strcmp(mode, "w") == 0, 2, "invalid mode");
    bool reading = *mode == 'r';
    struct piped_file *file = lua_newuserdatauv(L, sizeof *file, 0);
    file->stream.closef = NULL;
    luaL_setmetatable(L, LUA_FILEHANDLE);
    fflush(NULL);
    int theirs;
    file->stream.f = pipe_file(reading, &theirs);
    if (!file->stream.f)
        return luaL_fileresult(L, 0, command);
    struct error err = {0};
    file->pid = start_shell(command, reading ? -1 : theirs, reading ? theirs : -1, &err);
    close(theirs);
    if (file->pid < 0) {
        fclose(file->stream.f);
        return push_failure(L, &err);
    }
    file->stream.closef = piped_close;
    return 1;
}

static void wait_seconds(double seconds)
{
    double bounded = clock_bounded(seconds);
    struct timespec left = {(time_t)bounded, (long)((bounded - (double)(time_t)bounded) * 1e9)};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
}

/* ---- sleep ---- */

struct sleep {
    struct wait wait;
    uv_timer_t timer;
};

static void on_sleep_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void sleep_cancel(struct wait *wait)
{
    struct sleep *asleep = (struct sleep *)wait;
    uv_close((uv_handle_t *)&asleep->timer, on_sleep_closed);
}

static void on_sleep_over(uv_timer_t *timer)
{
    struct sleep *asleep = timer->data;
    if (asleep->wait.run->held)
        return;
    uv_close((uv_handle_t *)timer, on_sleep_closed);
    wait_over(&asleep->wait);
}

static int slept(lua_State *L, int status, lua_KContext context)
{
    (void)L, (void)status, (void)context;
    return 0;
}

static int process_sleep(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0, 1, "seconds must be 0 or more");
    struct operation_run *run = lua_wait_run(L, "aio.sleep");
    if (!run) {
        wait_seconds(seconds);
        return 0;
    }
    struct sleep *asleep = calloc(1, sizeof *asleep);
    if (!asleep)
        return luaL_error(L, "out of memory");
    asleep->wait.cancel = sleep_cancel;
    uv_timer_init(run->host->loop, &asleep->timer);
    asleep->timer.data = asleep;
    uv_update_time(run->host->loop);
    uv_timer_start(&asleep->timer, on_sleep_over, clock_milliseconds(seconds), 0);
    return lua_wait(L, run, &asleep->wait, 0, slept);
}

/* ---- run ---- */

/* One command being run; userdata. */
struct run {
    struct wait wait;
    struct command *command;
    char **arguments, **environment;
};

static int run_gc(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    command_free(run->command);
    free(run->arguments);
    free(run->environment);
    *run = (struct run){0};
    return 0;
}

static struct run *push_run(lua_State *L)
{
    struct run *run = lua_newuserdatauv(L, sizeof *run, 0);
    *run = (struct run){0};
    if (luaL_newmetatable(L, "cloudify.run")) {
        lua_pushcfunction(L, run_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return run;
}

static void push_output(lua_State *L, const struct run *run, int which, const char *name)
{
    const struct strbuf *output = command_output(run->command, which);
    lua_pushlstring(L, output->text, output->length);
    lua_setfield(L, -2, name);
}

/* Push {code or signal, stdout, stderr}; the arguments of process_run() are on the stack. */
static int push_result(lua_State *L, const struct run *run)
{
    int status = command_status(run->command);
    if (command_timed_out(run->command))
        return lua_exception_raise(L, "TimeoutException", "command '%s' took more than %g seconds",
                                   lua_tostring(L, 1), lua_tonumber(L, 6));
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    lua_setfield(L, -2, WIFEXITED(status) ? "code" : "signal");
    push_output(L, run, 1, "stdout");
    push_output(L, run, 2, "stderr");
    return 1;
}

static void on_command_end(void *data)
{
    struct run *run = data;
    wait_over(&run->wait);
}

/* Whether the command ends with the operation has been seen to: its children are ended. */
static void run_cancel(struct wait *wait)
{
    struct run *run = (struct run *)wait;
    command_free(run->command);
    run->command = NULL;
}

static int ran(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    return push_result(L, (const struct run *)context);
}

static void start_command(lua_State *L, struct run *run)
{
    size_t length;
    const char *input = luaL_optlstring(L, 5, "", &length);
    struct command_options options = {.program = lua_tostring(L, 1),
                                      .arguments = run->arguments,
                                      .environment = run->environment,
                                      .directory = luaL_optstring(L, 4, NULL),
                                      .input = input,
                                      .input_length = length,
                                      .timeout = luaL_optnumber(L, 6, 0)};
    struct error err = {0};
    run->command = command_start(&options, &err);
    if (!run->command)
        lua_exception_raise(L, "CommandExecutionError", "%s", err.text);
}

/* run(program, arguments, environment?, directory?, input?, timeout?): lists of strings. */
static int process_run(lua_State *L)
{
    const char *program = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 6);
    struct operation_run *operation = lua_wait_run(L, "aio.run");
    struct run *run = push_run(L);
    run->arguments = lua_string_list(L, 2, program);
    if (lua_istable(L, 3))
        run->environment = lua_environment_list(L, 3);
    start_command(L, run);
    if (!operation) {
        command_wait(run->command);
        return push_result(L, run);
    }
    struct error err = {0};
    run->wait.cancel = run_cancel;
    if (!command_watch(run->command, operation->host->loop, on_command_end, run, &err))
        return lua_exception_raise(L, "CommandExecutionError", "%s", err.text);
    return lua_wait(L, operation, &run->wait, (lua_KContext)run, ran);
}

int lua_open_processes(lua_State *L)
{
    static const luaL_Reg functions[] = {{"execute", process_execute},
                                         {"popen", process_popen},
                                         {"sleep", process_sleep},
                                         {"run", process_run},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
