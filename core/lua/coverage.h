/* coverage.h - CFY_COVERAGE: notes which lines of Lua are run, for those who test. */
#ifndef CLOUDIFY_LUA_COVERAGE_H
#define CLOUDIFY_LUA_COVERAGE_H

#include <lua.h>
#include <stdbool.h>

/**
 * Append to the file `path` from now on, a line `CHUNK:LINE` when a line of a Lua file is run for
 * the first time in this process: so nothing is lost with a process that is killed, and many can
 * share the file. States that have been opened before are not watched.
 *
 * @return false with errno set: the file cannot be opened
 */
bool coverage_begin(const char *path);
/** Begin if CFY_COVERAGE names a file, and remove the variable: it is not for operations. */
void coverage_take_environment(void);
/**
 * Watch the state `L` and the coroutines that are made in it from now on, if lines are noted: since
 * coverage_begin(), or since CFY_COVERAGE named a file at the first call. A hook of debug.sethook()
 * takes the place of this one until it is removed. [-0, +0, m]
 */
void coverage_watch(lua_State *L);
/** For hooks of the runtime itself: the events they have to ask for, and hand on to
 * coverage_note(); 0 if no lines are noted. */
int coverage_mask(void);
void coverage_note(lua_State *L, lua_Debug *event);

#endif
