/* instance_choice.h - which instance of a node an attribute is read from (dsl.md 10.3). */
#ifndef CLOUDIFY_FUNCTIONS_INSTANCE_CHOICE_H
#define CLOUDIFY_FUNCTIONS_INSTANCE_CHOICE_H

#include "functions/functions_internal.h"

/**
 * The instance that `name` means: an id of a node, SELF, SOURCE or TARGET. Among several
 * instances of a node, a relationship or a common scaling group decides.
 *
 * @return false with `reason` set: ERROR_NOT_FOUND (there is none), ERROR_CONFLICT (more than one
 *         may be meant), ERROR_INVALID (`name` means nothing here); or with `e->err` set
 */
bool choose_instance(struct evaluation *e, const char *name, struct function_instance *out,
                     struct error *reason);

#endif
