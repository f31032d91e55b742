/* dispatcher.h - what a way of running operations must offer; private to dispatch/. */
#ifndef CLOUDIFY_DISPATCH_DISPATCHER_H
#define CLOUDIFY_DISPATCH_DISPATCHER_H

#include "dispatch/dispatch.h"

/* One function for each dispatcher_X() of dispatch.h, with its contract. */
struct dispatcher_class {
    int (*reserve)(struct dispatcher *dispatcher, bool async);
    void (*release)(struct dispatcher *dispatcher, int place);
    bool (*submit)(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                   struct error *err);
    void (*reply)(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                  const struct error *failure);
    void (*close)(struct dispatcher *dispatcher);
    void (*warm)(struct dispatcher *dispatcher); /* or NULL: there is nothing to prepare */
};

/* The first member of each implementation. */
struct dispatcher {
    const struct dispatcher_class *class;
};

#endif
