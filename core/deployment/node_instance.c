/* node_instance.c - see node_instance.h. */
#include "deployment/node_instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

bool node_instance_set_state(struct node_instance *ni, const char *state, struct error *err)
{
    char *copy = strdup(state);
    if (!copy)
        return error_nomem(err);
    free(ni->state);
    ni->state = copy;
    return true;
}

void node_instance_set_runtime_properties(struct node_instance *ni, const json_t *properties)
{
    json_hold(&ni->runtime_properties, properties);
}

void node_instance_set_system_properties(struct node_instance *ni, const json_t *properties)
{
    json_hold(&ni->system_properties, properties);
}
