/* trace.h - CFY_TRACE: tells each access to ctx and what it took, to find out what is slow. */
#ifndef CLOUDIFY_LUA_TRACE_H
#define CLOUDIFY_LUA_TRACE_H

#include <lua.h>
#include <stdbool.h>

/** Tell from now on, on what is standard error now, if CFY_TRACE asks for it: is there, and neither
 *  empty nor 0. The variable is removed. Before a state is opened, which then tells. */
void trace_begin(void);
/** Whether accesses are told. */
bool trace_is_on(void);
/** Tell of what `format` names, which has begun at `start` of clock_monotonic(). */
void trace_tell(double start, const char *format, ...) __attribute__((format(printf, 2, 3)));
/**
 * While accesses are told, replace the function on top of the stack by one that does the same and
 * tells of it as `class``joint``name`: "ctx.node", "ctx:get_resource". An empty name stands for the
 * function's second argument, a key. [-1, +1, m]
 */
void trace_wrap(lua_State *L, const char *class, const char *joint, const char *name);

#endif
