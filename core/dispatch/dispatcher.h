/* dispatcher.h - what a way of running operations must offer; private to dispatch/. */
#ifndef CLOUDIFY_DISPATCH_DISPATCHER_H
#define CLOUDIFY_DISPATCH_DISPATCHER_H

#include "dispatch/dispatch.h"

/* One function for each dispatcher_X() of dispatch.h, with its contract. */
struct dispatcher_class {
    bool (*submit)(struct dispatcher *dispatcher, void *tag, json_t *request, struct error *err);
    int (*free_slots)(const struct dispatcher *dispatcher);
    void (*reply)(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                  const struct error *failure);
    void (*interrupt)(struct dispatcher *dispatcher, void *tag);
    void (*close)(struct dispatcher *dispatcher);
};

/* The first member of each implementation. */
struct dispatcher {
    const struct dispatcher_class *class;
};

#endif
