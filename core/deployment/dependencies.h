/* dependencies.h - which other deployments the functions of a deployment refer to. */
#ifndef CLOUDIFY_DEPLOYMENT_DEPENDENCIES_H
#define CLOUDIFY_DEPLOYMENT_DEPENDENCIES_H

#include "deployment/deployment.h"

/**
 * Every get_capability of the plan: a list of {function_identifier, target_deployment, context}
 * (dsl.md 11.5), one for each instance of the node that has it.
 *
 * @return new, or NULL when out of memory
 */
json_t *instances_dependencies(struct instance_set *set);

#endif
