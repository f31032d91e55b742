/* coverage.c - see coverage.h. */
#include "lua/coverage.h"

#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"

enum { LINE_MAX_SIZE = 4200 /* a path and a number */, LOWEST_FD = 64, LINES_BLOCK = 512 };

/* The lines of one file: whether each has been noted. */
struct noted_file {
    size_t count;
    bool *lines;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t environment_read = PTHREAD_ONCE_INIT;
static int output = -1;        /* -1: nothing is noted */
static struct map files = {0}; /* a chunk's name -> its struct noted_file, as long as the process */

bool coverage_begin(const char *path)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    /* Out of reach of the numbers that workers and specs expect to be theirs. */
    int moved = fcntl(file, F_DUPFD_CLOEXEC, LOWEST_FD);
    close(file);
    if (moved >= 0)
        output = moved;
    return moved >= 0;
}

static void begin_by_environment(void)
{
    const char *path = getenv("CFY_COVERAGE");
    if (path && *path && !coverage_begin(path))
        fprintf(stderr, "cannot note the coverage in '%s': %m\n", path);
}

void coverage_take_environment(void)
{
    pthread_once(&environment_read, begin_by_environment);
    unsetenv("CFY_COVERAGE");
}

static struct noted_file *find_file(const char *chunk)
{
    struct noted_file *found = map_get(&files, chunk);
    if (found)
        return found;
    found = calloc(1, sizeof *found);
    if (found && map_set(&files, chunk, found))
        return found;
    free(found);
    return NULL;
}

/* @return false also when out of memory: the line is then noted again and again */
static bool is_noted(struct noted_file *file, size_t line)
{
    if (line < file->count)
        return file->lines[line];
    size_t count = line + LINES_BLOCK;
    bool *lines = realloc(file->lines, count * sizeof *lines);
    if (!lines)
        return false;
    memset(lines + file->count, 0, (count - file->count) * sizeof *lines);
    file->lines = lines;
    file->count = count;
    return false;
}

static void note(const char *chunk, int line)
{
    struct noted_file *file = find_file(chunk);
    if (!file || is_noted(file, (size_t)line))
        return;
    if ((size_t)line < file->count)
        file->lines[line] = true;
    char text[LINE_MAX_SIZE];
    int length = snprintf(text, sizeof text, "%s:%d\n", chunk, line);
    if (length < (int)sizeof text && write(output, text, (size_t)length) < 0)
        return; /* the report shows the line as not run: there is nobody to tell */
}

void coverage_note(lua_State *L, lua_Debug *event)
{
    if (event->currentline < 1 || !lua_getinfo(L, "S", event) || *event->source != '@')
        return;
    pthread_mutex_lock(&lock);
    note(event->source + 1, event->currentline);
    pthread_mutex_unlock(&lock);
}

int coverage_mask(void)
{
    return output >= 0 ? LUA_MASKLINE : 0;
}

/* debug.sethook: whoever takes a hook away gets ours back. Upvalue: Lua's own function. */
static int set_hook(lua_State *L)
{
    lua_State *hooked = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 0);
    if (!lua_gethook(hooked))
        lua_sethook(hooked, coverage_note, LUA_MASKLINE, 0);
    return 0;
}

void coverage_watch(lua_State *L)
{
    pthread_once(&environment_read, begin_by_environment);
    if (output < 0)
        return;
    lua_sethook(L, coverage_note, LUA_MASKLINE, 0);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, LUA_DBLIBNAME) == LUA_TTABLE) {
        lua_getfield(L, -1, "sethook");
        lua_pushcclosure(L, set_hook, 1);
        lua_setfield(L, -2, "sethook");
    }
    lua_pop(L, 2);
}
