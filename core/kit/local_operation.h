/* local_operation.h - cloudify.local_operation: an operation of a deployment that runs here, in the
 * state of the caller. Private to kit/.
 */
#ifndef CLOUDIFY_KIT_LOCAL_OPERATION_H
#define CLOUDIFY_KIT_LOCAL_OPERATION_H

#include <lua.h>

/**
 * The module: run{store, secret_key?, deployment, instance, operation?} runs one operation of a
 * node instance, as cloudify_run_operation() does, but in this state and not in a worker. Returns
 * true; or false and a text.
 */
int lua_open_local_operation(lua_State *L);

#endif
