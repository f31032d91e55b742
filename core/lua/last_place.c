/* last_place.c - see last_place.h. */
#include "lua/last_place.h"

#include <lauxlib.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE = 500 * 1000 }; /* microseconds */

/* What runs, for the signal handler. */
static _Atomic(lua_State *) running;
static const struct operation_channel *running_channel;
static pid_t watched;
static volatile sig_atomic_t is_telling, is_due; /* to end */

static int push_traceback(lua_State *L)
{
    lua_State *thread = lua_touserdata(L, 1);
    /* Above the two functions that tell of it. */
    luaL_traceback(L, thread, "it was here when it was ended:", L == thread ? 1 : 0);
    return 1;
}

void last_place_log(lua_State *thread, const struct operation_channel *channel)
{
    if (!lua_checkstack(thread, 3))
        return;
    lua_pushcfunction(thread, push_traceback);
    lua_pushlightuserdata(thread, thread);
    if (lua_pcall(thread, 1, 1, 0) == LUA_OK)
        channel->log(channel->data, "error", "worker", lua_tostring(thread, -1));
    lua_pop(thread, 1);
}

/* As if it had never been caught. Of what is blocked while a handler runs it comes behind it. */
static void die(void)
{
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
}

void last_place_tell(void)
{
    lua_State *L = atomic_load(&running);
    if (!L || getpid() != watched)
        return;
    is_telling = true;
    last_place_log(L, running_channel);
    last_place_end();
    is_telling = false;
    if (is_due)
        die();
}

static void on_instruction(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    lua_sethook(L, NULL, 0, 0);
    last_place_tell();
}

static void on_patience_over(int number)
{
    (void)number;
    die();
}

/* Also in a child that has not called exec yet, and is no worker. */
static void on_terminate(int number)
{
    static const struct itimerval patience = {.it_value = {.tv_usec = PATIENCE}};
    lua_State *L = atomic_load(&running);
    (void)number;
    if (!L || getpid() != watched) {
        die();
        return;
    }
    is_due = true;
    setitimer(ITIMER_REAL, &patience, NULL);
    if (!is_telling)
        lua_sethook(L, on_instruction, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT,
                    1);
}

void last_place_watch(void)
{
    struct sigaction terminate = {.sa_handler = on_terminate, .sa_flags = SA_RESTART};
    struct sigaction over = {.sa_handler = on_patience_over, .sa_flags = SA_RESTART};
    watched = getpid();
    sigaction(SIGTERM, &terminate, NULL);
    sigaction(SIGALRM, &over, NULL);
}

void last_place_begin(lua_State *thread, const struct operation_channel *channel)
{
    running_channel = channel;
    atomic_store(&running, thread);
}

void last_place_end(void)
{
    atomic_store(&running, NULL);
}
