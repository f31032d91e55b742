/* node_instance.c - see node_instance.h. */
#include "deployment/node_instance.h"

#include <stdlib.h>
#include <string.h>

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
    json_decref(ni->runtime_properties);
    ni->runtime_properties = json_incref((json_t *)properties);
}

void node_instance_set_system_properties(struct node_instance *ni, const json_t *properties)
{
    json_decref(ni->system_properties);
    ni->system_properties = json_incref((json_t *)properties);
}
