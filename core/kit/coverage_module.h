/* coverage_module.h - cloudify.coverage: notes which lines of Lua a run of specs executes. Private
 * to kit/. */
#ifndef CLOUDIFY_KIT_COVERAGE_MODULE_H
#define CLOUDIFY_KIT_COVERAGE_MODULE_H

#include <lua.h>

/**
 * The module:
 *   begin(path) notes in that file from now on what this state runs, and what processes run that
 *     are started from now on (lua/coverage.h has the form); raises an error if it cannot be opened
 */
int lua_open_coverage(lua_State *L);

#endif
