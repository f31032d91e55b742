/* node_instance.h - one deployed copy of a node and the state that its operations gave it. */
#ifndef CLOUDIFY_DEPLOYMENT_NODE_INSTANCE_H
#define CLOUDIFY_DEPLOYMENT_NODE_INSTANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dsl/plan.h"

enum { INSTANCE_NONE = -1 };

struct instance_relationship {
    size_t relationship; /* index in its node's relationships */
    size_t target;       /* index of an instance in the same set */
};

struct node_instance {
    char *id;                                    /* "webserver_a1b2c3" */
    size_t node;                                 /* index in plan->nodes */
    int index;                                   /* 1, 2, ... among the instances of its node */
    char *state;                                 /* "uninitialized", "started", ... */
    json_int_t version;                          /* grows by one per update, from 1 */
    json_t *runtime_properties;                  /* object, immutable: replaced as a whole */
    json_t *system_properties;                   /* object, likewise */
    struct instance_relationship *relationships; /* by relationship, then by target */
    size_t relationship_count;
    long host;      /* index of the instance that hosts it, itself included, or INSTANCE_NONE */
    long container; /* index of the instance that it is contained in, or INSTANCE_NONE */
    long group;     /* index in the set's `groups` of the innermost one around it, or likewise */
    bool is_gone;   /* it has left the set (membership.h) */
};

/** Replace the state, copied. @return false with `err` set: ERROR_NOMEM */
bool node_instance_set_state(struct node_instance *ni, const char *state, struct error *err);
/** Replace the runtime properties by `properties`, which must not change any more. */
void node_instance_set_runtime_properties(struct node_instance *ni, const json_t *properties);
/** The same for the system properties. */
void node_instance_set_system_properties(struct node_instance *ni, const json_t *properties);

#endif
