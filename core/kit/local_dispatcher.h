/* local_dispatcher.h - runs operations in a Lua state of the caller, in place of worker processes.
 *
 * What a spec has replaced in a plugin's modules, and what watches them, works on the operations
 * of a test only where they run in the spec's own state. What depends on a process of one's own is
 * not had here: an operation that blocks, crashes or exits does so to all; a timeout is noticed
 * once the operation waits or has ended.
 */
#ifndef CLOUDIFY_KIT_LOCAL_DISPATCHER_H
#define CLOUDIFY_KIT_LOCAL_DISPATCHER_H

#include <lua.h>

#include "dispatch/dispatch.h"

struct local_dispatcher_options {
    lua_State *L; /* where they run: borrowed, and not used otherwise while the loop runs */
    const struct pool_options *pool; /* `workers` and `observer` of it count */
};

/**
 * A dispatcher whose operations run in the thread of the loop: ordinary ones one after the other,
 * async ones side by side as far as they wait.
 *
 * @return as pool_new()
 */
struct dispatcher *local_dispatcher_new(uv_loop_t *loop,
                                        const struct local_dispatcher_options *options,
                                        struct error *err);
/** The same as a struct runtime_setting wants it: `L` is the state. */
struct dispatcher *local_dispatcher_of_state(void *L, uv_loop_t *loop,
                                             const struct pool_options *pool, struct error *err);

#endif
