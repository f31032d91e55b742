/* settling.c - see settling.h. */
#include "worker/settling.h"

#include <stdbool.h>

static uv_idle_t before; /* active while there is something to settle: the poll then never waits */
static uv_check_t after;
static bool polled; /* what settles has been there before the poll that has just ended */
static void (*settled)(void);

static void on_before(uv_idle_t *idle)
{
    (void)idle;
    polled = true;
}

static void on_after(uv_check_t *check)
{
    (void)check;
    if (!polled)
        return;
    polled = false;
    uv_idle_stop(&before);
    settled();
}

void settling_open(uv_loop_t *loop, void (*on_settled)(void))
{
    settled = on_settled;
    uv_idle_init(loop, &before);
    uv_check_init(loop, &after);
    uv_check_start(&after, on_after);
}

void settling_begin(void)
{
    uv_idle_start(&before, on_before);
}

void settling_close(void)
{
    uv_close((uv_handle_t *)&before, NULL);
    uv_close((uv_handle_t *)&after, NULL);
}
