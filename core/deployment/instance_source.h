/* instance_source.h - answers intrinsic functions out of a deployment: its plan and instances. */
#ifndef CLOUDIFY_DEPLOYMENT_INSTANCE_SOURCE_H
#define CLOUDIFY_DEPLOYMENT_INSTANCE_SOURCE_H

#include "deployment/deployment.h"
#include "functions/functions.h"

/**
 * A value_source over `instances` and their plan (dsl.md 10.3).
 *
 * @param instances borrowed: must outlive the source
 */
struct value_source instance_source(struct instance_set *instances);

#endif
