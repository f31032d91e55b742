/* workflow_interrupt.h - ends Lua code of a workflow that goes on after it was cancelled
 * (runtime.md 6.10); private to the workflow host. */
#ifndef CLOUDIFY_LUA_WORKFLOW_INTERRUPT_H
#define CLOUDIFY_LUA_WORKFLOW_INTERRUPT_H

#include <setjmp.h>

#include "lua/workflow_run.h"

/**
 * Watch all code of the state `L`, coroutines that are made later included. [-0, +0, -]
 *
 * After a request to cancel the code is left alone for a moment, so that it can end by itself; then
 * ExecutionCancelled is raised in it, again and again. Where the workflow is to be abandoned its
 * coroutine yields at once, with run->abandoned set. Code that none of this ends within five
 * seconds is left where it stands: control goes to run->way_out.
 */
void workflow_interrupt_watch(lua_State *L);
/** Lua is about to run: from now on its time counts. */
void workflow_interrupt_begin(struct workflow_run *run);
/** What is left of a state from which control went to run->way_out: it must not be used again. */
void workflow_interrupt_leave(struct workflow_run *run);

#endif
