/* state_guard.h - tells whether an operation has changed what others of its plugin count on.
 *
 * The operations of a plugin share a Lua state. One that replaces a function of Lua's own, or
 * reaches through `debug` into what is not its own, must not trip those that come after it: its
 * state is not used again. Globals that it adds are its plugin's business.
 */
#ifndef CLOUDIFY_LUA_STATE_GUARD_H
#define CLOUDIFY_LUA_STATE_GUARD_H

#include <lua.h>
#include <stdbool.h>

struct state_guard {
    bool watching; /* the function of an operation runs */
    bool reached;  /* it has called what can change anything, see state_guard.c */
};

/** Watch the new state `L`; `guard` must outlive it. [-0, +0, m] */
void state_guard_install(lua_State *L, struct state_guard *guard);
/** What there is now, after a module was loaded, is as it should be. [-0, +0, m] */
void state_guard_accept(lua_State *L);
/** Whether all is as it was then. [-0, +0, -] */
bool state_guard_is_intact(lua_State *L, const struct state_guard *guard);

#endif
