/* instance_attribute.h - reading an attribute of one known instance (dsl.md 10.3). */
#ifndef CLOUDIFY_FUNCTIONS_INSTANCE_ATTRIBUTE_H
#define CLOUDIFY_FUNCTIONS_INSTANCE_ATTRIBUTE_H

#include "functions/functions_internal.h"

/**
 * What the call's arguments from number 1 on lead to, in the runtime properties of `instance` or
 * else in the properties of its node; evaluated.
 *
 * @return new; null where there is none; NULL with the error set
 */
json_t *instance_attribute(struct evaluation *e, const struct function_call *call,
                           const struct function_instance *instance);

/** Check that the node, which is the first argument, exists and means something in this scope. */
bool attribute_validate(struct evaluation *e, const struct function_call *call);

#endif
