/* log_arguments.h - what the loggers of operations and of workflows make of their arguments. */
#ifndef CLOUDIFY_LUA_LOG_ARGUMENTS_H
#define CLOUDIFY_LUA_LOG_ARGUMENTS_H

#include <lua.h>

/**
 * The text that the arguments from `first` to the top of the stack are: string.format() of several,
 * a lone one as tostring() shows it; raises when there is none.
 *
 * @return borrowed from the top of the stack [-n, +1, v]
 */
const char *lua_log_text(lua_State *L, int first);
/**
 * Likewise for logger:exception(): an exception alone brings its traceback along (runtime.md 5.1).
 *
 * @return borrowed from the top of the stack [-n, +m, v]
 */
const char *lua_log_exception_text(lua_State *L, int first);
/** The level that the name at `arg` stands for ("warn": "warning"); raises for others. [-0, +0, v]
 */
const char *lua_log_level(lua_State *L, int arg);

#endif
