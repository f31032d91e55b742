/* string_list.h - lists of strings as the calls to the system want them: arguments, environment. */
#ifndef CLOUDIFY_LUA_STRING_LIST_H
#define CLOUDIFY_LUA_STRING_LIST_H

#include <lua.h>

/**
 * The strings of the list at `index`, behind `first` (NULL: nothing), and a NULL behind them.
 *
 * @return new (free() the list, not its strings: they live as long as those in Lua). [-0, +0, v]
 */
char **lua_string_list(lua_State *L, int index, const char *first);
/** Our own environment with the variables `NAME=value` of the list at `index` on top. The same. */
char **lua_environment_list(lua_State *L, int index);

#endif
