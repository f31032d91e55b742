/* exit.h - keeps operations that run in the state of a spec from ending its process. */
#ifndef CLOUDIFY_KIT_EXIT_H
#define CLOUDIFY_KIT_EXIT_H

#include <lua.h>

/** From now on os.exit raises an error, unless a spec has put something in its place. [-0, +0, -]
 */
void exit_refuse(lua_State *L);
/** And from now on it is what it was. [-0, +0, -] */
void exit_restore(lua_State *L);

#endif
