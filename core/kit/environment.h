/* environment.h - the deployment of a test; shared by the files of cloudify.local_environment. */
#ifndef CLOUDIFY_KIT_ENVIRONMENT_H
#define CLOUDIFY_KIT_ENVIRONMENT_H

#include <jansson.h>
#include <lua.h>
#include <stdbool.h>

#include "base/error.h"
#include "include/cloudify.h"

#define ENVIRONMENT_CLASS "cloudify.local_environment"

struct run;

/* Userdata. */
struct environment {
    json_t *options; /* of open(): the texts that the runtime borrows */
    const char **directories;
    struct cloudify *c; /* NULL once it is closed */
    json_t *operations; /* environment_operations() */
    double clock;       /* virtual, seconds */
    bool is_running;    /* an execution */
};

/** The environment that is the first argument; raises once it is closed. [-0, +0, v] */
struct environment *environment_check(lua_State *L);
/** The id of its deployment; borrowed. */
const char *environment_name(const struct environment *environment);
/** Raise what a function of the embedding API has failed with. Never returns. [-0, +0, v] */
int environment_raise(lua_State *L, const struct cloudify_error *failure);
/**
 * Each function that the blueprint of a deployment maps, with the first operation that is mapped to
 * it: a list of {node, kind, operation, function, plugin}; new, or NULL with `err` set.
 */
json_t *environment_operations(struct cloudify *c, const struct run *run, struct error *err);
/** Add to the table on top of the stack the methods that only look, or change what is stored
 *  (environment_views.c). [-0, +0, m] */
void environment_add_views(lua_State *L);

#endif
