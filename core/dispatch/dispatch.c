/* dispatch.c - see dispatch.h: the calls, passed on to the implementation. */
#include "dispatch/dispatch.h"

#include "dispatch/dispatcher.h"

int dispatcher_reserve(struct dispatcher *dispatcher, bool async)
{
    return dispatcher->class->reserve(dispatcher, async);
}

void dispatcher_release(struct dispatcher *dispatcher, int place)
{
    dispatcher->class->release(dispatcher, place);
}

bool dispatcher_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                       struct error *err)
{
    return dispatcher->class->submit(dispatcher, place, tag, request, err);
}

void dispatcher_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                      const struct error *failure)
{
    dispatcher->class->reply(dispatcher, call, result, failure);
}

void dispatcher_warm(struct dispatcher *dispatcher)
{
    if (dispatcher->class->warm)
        dispatcher->class->warm(dispatcher);
}

void dispatcher_close(struct dispatcher *dispatcher)
{
    if (dispatcher)
        dispatcher->class->close(dispatcher);
}
