/* trace.c - see trace.h. */
#include "lua/trace.h"

#include <fcntl.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_SIZE = 512 };

/* An operation's standard error is captured: this is where it went before. -1: nothing is told. */
static int output = -1;

void trace_begin(void)
{
    const char *wanted = getenv("CFY_TRACE");
    if (wanted && *wanted && strcmp(wanted, "0") != 0)
        output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    unsetenv("CFY_TRACE");
}

bool trace_is_on(void)
{
    return output >= 0;
}

void trace_tell(double start, const char *format, ...)
{
    char line[LINE_SIZE];
    double microseconds = (clock_monotonic() - start) * 1e6;
    int length = snprintf(line, sizeof line, "trace: %9.1f us  ", microseconds);
    va_list args;
    va_start(args, format);
    int more = vsnprintf(line + length, sizeof line - (size_t)length - 1, format, args);
    va_end(args);
    size_t size = strlen(line);
    if (more >= 0)
        line[size++] = '\n';
    if (write(output, line, size) < 0)
        return; /* nobody reads it */
}

/* Upvalues: the function, its name, and whether its second argument, a key, belongs to that. */
enum { FUNCTION = 1, NAME, IS_KEYED };

/* The function may yield: when it began has to travel as an integer, in nanoseconds. */
static int returned(lua_State *L, int status, lua_KContext start)
{
    (void)status;
    trace_tell((double)start / 1e9, "%s", lua_tostring(L, 1));
    return lua_gettop(L) - 1;
}

static int told(lua_State *L)
{
    lua_KContext start = (lua_KContext)(clock_monotonic() * 1e9);
    lua_pushvalue(L, lua_upvalueindex(NAME));
    if (lua_toboolean(L, lua_upvalueindex(IS_KEYED))) {
        luaL_tolstring(L, 2, NULL);
        lua_concat(L, 2);
    }
    lua_insert(L, 1);
    lua_pushvalue(L, lua_upvalueindex(FUNCTION));
    lua_insert(L, 2);
    lua_callk(L, lua_gettop(L) - 2, LUA_MULTRET, start, returned);
    return returned(L, LUA_OK, start);
}

void trace_wrap(lua_State *L, const char *class, const char *joint, const char *name)
{
    if (!trace_is_on())
        return;
    lua_pushfstring(L, "%s%s%s", class, joint, name);
    lua_pushboolean(L, *name == '\0');
    lua_pushcclosure(L, told, 3);
}
