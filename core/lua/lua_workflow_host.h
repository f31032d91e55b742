/* lua_workflow_host.h - runs workflows written in Lua for the engine. */
#ifndef CLOUDIFY_LUA_LUA_WORKFLOW_HOST_H
#define CLOUDIFY_LUA_LUA_WORKFLOW_HOST_H

#include "engine/workflow_host.h"

/**
 * The host of Lua workflows. Each workflow that it opens has a Lua state of its own, in which it
 * runs as a coroutine, under a protected call that keeps the traceback.
 *
 * @return the host, a constant: it lives as long as the program
 */
const struct workflow_host *lua_workflow_host(void);

#endif
