/* workflow_interrupt.c - see workflow_interrupt.h. */
#include "lua/workflow_interrupt.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "lua/coverage.h"
#include "lua/exception.h"

/* Some milliseconds of Lua; seconds that code may go on after a request, and in all. */
enum { INSTRUCTIONS = 100000 };
static const double POLITE = 0.3, PATIENCE = 5;

static void on_count(lua_State *L)
{
    struct workflow_run *run = workflow_run(L);
    enum cancel_level level = execution_cancel_level(run->execution);
    double now = clock_monotonic();
    if (level == CANCEL_NONE)
        return;
    if (!run->cancelled_since)
        run->cancelled_since = now;
    if (level >= CANCEL_FORCE && L == run->thread && lua_isyieldable(L)) {
        run->abandoned = true;
        lua_yield(L, 0);
        return;
    }
    if (now >= run->cancelled_since + PATIENCE)
        longjmp(run->way_out, 1);
    if (level >= CANCEL_FORCE || now >= run->cancelled_since + POLITE)
        lua_exception_raise(L, "ExecutionCancelled", "the execution was cancelled");
}

/* A thread has but one hook. */
static void on_event(lua_State *L, lua_Debug *event)
{
    if (event->event == LUA_HOOKLINE)
        coverage_note(L, event);
    else
        on_count(L);
}

void workflow_interrupt_watch(lua_State *L)
{
    lua_sethook(L, on_event, LUA_MASKCOUNT | coverage_mask(), INSTRUCTIONS);
}

void workflow_interrupt_begin(struct workflow_run *run)
{
    run->cancelled_since = 0;
}

/* States whose memory stays: closing one would run its code again. Known here, none is a leak. */
struct left_state {
    lua_State *L;
    struct left_state *next;
};

static struct left_state *_Atomic left_states; /* several engines may share the process */

void workflow_interrupt_leave(struct workflow_run *run)
{
    struct left_state *left = malloc(sizeof *left);
    if (left) {
        *left = (struct left_state){run->L, atomic_load(&left_states)};
        while (!atomic_compare_exchange_weak(&left_states, &left->next, left))
            ;
    }
    run->L = NULL;
    run->thread = NULL;
}
