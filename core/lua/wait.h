/* wait.h - how an async operation waits while its process goes on with others. */
#ifndef CLOUDIFY_LUA_WAIT_H
#define CLOUDIFY_LUA_WAIT_H

#include <lua.h>

#include "lua/operation_run.h"

/* What is waited for; embedded in whatever knows when it comes. */
struct wait {
    struct operation_run *run;
    void (*cancel)(struct wait *wait); /* it will not be waited for any more */
};

/**
 * The run that the code in `L` belongs to, if it shall be suspended: it is async.
 *
 * @param what "aio.sleep", for the error that says where Lua cannot be suspended
 * @return borrowed, or NULL: the caller waits in place. [-0, +0, v]
 */
struct operation_run *lua_wait_run(lua_State *L, const char *what);
/**
 * Suspend the run; `wait` is set up. To be called as `return lua_wait(...)`.
 *
 * @param go_on called once wait_over() has been, with the stack of the caller; its KContext is
 *        `context`
 */
int lua_wait(lua_State *L, struct operation_run *run, struct wait *wait, lua_KContext context,
             lua_KFunction go_on);
/** What was waited for has come: the run goes on now. From the loop; `wait` may be gone after. */
void wait_over(struct wait *wait);

#endif
