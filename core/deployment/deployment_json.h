/* deployment_json.h - an instance as plans show it. Private to deployment/. */
#ifndef CLOUDIFY_DEPLOYMENT_DEPLOYMENT_JSON_H
#define CLOUDIFY_DEPLOYMENT_DEPLOYMENT_JSON_H

#include "deployment/deployment.h"

/** {name, node_id, id, host_id?, relationships, scaling_groups?} (dsl.md 11.5); new, or NULL. */
json_t *planned_instance_to_json(const struct instance_set *set, const struct node_instance *ni,
                                 const struct instance_relationship *relationships, size_t count);

#endif
