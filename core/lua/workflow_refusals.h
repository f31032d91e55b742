/* workflow_refusals.h - what workflows do without, as they share the engine's process. */
#ifndef CLOUDIFY_LUA_WORKFLOW_REFUSALS_H
#define CLOUDIFY_LUA_WORKFLOW_REFUSALS_H

#include <lua.h>

/** Let calls of it raise an error that says so. [-0, +0, e] */
void workflow_refusals_install(lua_State *L);

#endif
