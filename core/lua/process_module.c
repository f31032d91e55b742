/* process_module.c - cloudify.processes: os.execute, io.popen, and what cloudify.aio stands on. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "lua/core_module.h"
#include "lua/exception.h"
#include "lua/process.h"

/* How often an ended child is looked for that left somebody behind with its pipes, ms. */
enum { POLL_INTERVAL = 20 };
/* Between SIGTERM and SIGKILL of a command that takes too long, seconds. */
static const double TERM_GRACE = 1.0;

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
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
}

static int process_sleep(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "seconds must not be negative");
    wait_seconds(seconds);
    return 0;
}

/* One command being run. Our ends of its pipes are -1 once closed. */
struct run {
    pid_t pid; /* 0: not started, or waited for */
    int ours[3], theirs[3];
    struct strbuf output[3]; /* 1 and 2 used */
    const char *input;
    size_t input_left;
    double deadline; /* of clock_monotonic(), or 0 */
    bool timed_out;
    int status;
    char **arguments, **environment;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int run_gc(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    for (int i = 0; i < 3; i++) {
        close_fd(&run->ours[i]);
        close_fd(&run->theirs[i]);
        strbuf_release(&run->output[i]);
    }
    if (run->pid > 0) {
        kill(-run->pid, SIGKILL);
        process_wait(run->pid);
        run->pid = 0;
    }
    free(run->arguments);
    free(run->environment);
    run->arguments = run->environment = NULL;
    return 0;
}

static struct run *push_run(lua_State *L)
{
    struct run *run = lua_newuserdatauv(L, sizeof *run, 0);
    *run = (struct run){.ours = {-1, -1, -1}, .theirs = {-1, -1, -1}};
    for (int i = 0; i < 3; i++)
        run->output[i] = (struct strbuf)STRBUF_INIT;
    if (luaL_newmetatable(L, "cloudify.run")) {
        lua_pushcfunction(L, run_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return run;
}

/* The strings of the list at `index`, behind `first`; they live as long as the list. */
static char **string_list(lua_State *L, int index, const char *first)
{
    size_t count = (size_t)luaL_len(L, index), offset = first ? 1 : 0;
    char **list = calloc(count + offset + 1, sizeof *list);
    if (!list)
        luaL_error(L, "out of memory");
    if (first)
        list[0] = (char *)first;
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        list[i + offset] = (char *)lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return list;
}

static bool is_overridden(char **list, const char *variable)
{
    size_t length = strcspn(variable, "=") + 1;
    for (; *list; list++)
        if (strncmp(*list, variable, length) == 0)
            return true;
    return false;
}

/* Our own environment, with the variables `NAME=value` of the list at `index` on top. */
static char **environment_list(lua_State *L, int index)
{
    char **own = string_list(L, index, NULL);
    size_t count = 0, inherited = 0;
    while (own[count])
        count++;
    while (environ[inherited])
        inherited++;
    char **list = realloc(own, (count + inherited + 1) * sizeof *list);
    if (!list) {
        free(own);
        luaL_error(L, "out of memory");
    }
    size_t total = count;
    for (size_t i = 0; i < inherited; i++) {
        list[total] = NULL;
        if (!is_overridden(list, environ[i]))
            list[total++] = environ[i];
    }
    list[total] = NULL;
    return list;
}

static bool open_pipes(struct run *run)
{
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC))
            return false;
        run->ours[i] = ends[i == 0 ? 1 : 0];
        run->theirs[i] = ends[i == 0 ? 0 : 1];
        fcntl(run->ours[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void feed(struct run *run)
{
    while (run->input_left) {
        ssize_t count = write(run->ours[0], run->input, run->input_left);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            break;
        run->input += count;
        run->input_left -= (size_t)count;
    }
    close_fd(&run->ours[0]);
}

/* Read what there is; close at the end of the file. */
static void drain(struct run *run, int which)
{
    char chunk[16384];
    while (run->ours[which] >= 0) {
        ssize_t count = read(run->ours[which], chunk, sizeof chunk);
        if (count > 0)
            strbuf_add(&run->output[which], chunk, (size_t)count);
        else if (count < 0 && errno == EINTR)
            continue;
        else if (count < 0 && errno == EAGAIN)
            return;
        else
            close_fd(&run->ours[which]);
    }
}

/* A command that takes too long gets SIGTERM, then SIGKILL. */
static void enforce_deadline(struct run *run)
{
    if (!run->deadline || clock_monotonic() < run->deadline)
        return;
    kill(-run->pid, run->timed_out ? SIGKILL : SIGTERM);
    run->timed_out = true;
    run->deadline = clock_monotonic() + TERM_GRACE;
}

/* Until the command itself has ended; whom it left behind may keep the pipes open. */
static void attend(struct run *run)
{
    pid_t pid = run->pid;
    while (!process_poll(pid, &run->status)) {
        struct pollfd fds[] = {
            {run->ours[0], POLLOUT, 0}, {run->ours[1], POLLIN, 0}, {run->ours[2], POLLIN, 0}};
        poll(fds, 3, POLL_INTERVAL);
        if (fds[0].revents)
            feed(run);
        drain(run, 1);
        drain(run, 2);
        enforce_deadline(run);
    }
    run->pid = 0;
    drain(run, 1);
    drain(run, 2);
}

static int push_result(lua_State *L, struct run *run)
{
    lua_createtable(L, 0, 4);
    if (WIFEXITED(run->status)) {
        lua_pushinteger(L, WEXITSTATUS(run->status));
        lua_setfield(L, -2, "code");
    } else {
        lua_pushinteger(L, WTERMSIG(run->status));
        lua_setfield(L, -2, "signal");
    }
    lua_pushlstring(L, run->output[1].text, run->output[1].length);
    lua_setfield(L, -2, "stdout");
    lua_pushlstring(L, run->output[2].text, run->output[2].length);
    lua_setfield(L, -2, "stderr");
    return 1;
}

/* run(program, arguments, environment?, directory?, input?, timeout?): lists of strings. */
static int process_run(lua_State *L)
{
    const char *program = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    const char *directory = luaL_optstring(L, 4, NULL);
    size_t input_length;
    const char *input = luaL_optlstring(L, 5, "", &input_length);
    double timeout = luaL_optnumber(L, 6, 0);
    lua_settop(L, 6);
    struct run *run = push_run(L);
    run->arguments = string_list(L, 2, program);
    if (lua_istable(L, 3))
        run->environment = environment_list(L, 3);
    if (!open_pipes(run))
        return luaL_error(L, "cannot make pipes: %s", strerror(errno));
    struct process_start start = {program,        run->arguments, run->environment, directory,
                                  run->theirs[0], run->theirs[1], run->theirs[2]};
    struct error err = {0};
    pid_t pid = process_start(&start, &err);
    for (int i = 0; i < 3; i++)
        close_fd(&run->theirs[i]);
    if (pid < 0)
        return lua_exception_raise(L, "CommandExecutionError", "%s", err.text);
    run->pid = pid;
    run->input = input;
    run->input_left = input_length;
    run->deadline = timeout > 0 ? clock_monotonic() + timeout : 0;
    feed(run);
    attend(run);
    if (run->timed_out)
        return lua_exception_raise(L, "TimeoutException", "command '%s' took more than %g seconds",
                                   program, timeout);
    return push_result(L, run);
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
