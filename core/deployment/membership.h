/* membership.h - node instances that come to a set while it is in use, and that leave it.
 *
 * Others know instances by their index and by their address. So those that leave stay where they
 * are, marked `is_gone`: no lookup finds them any more.
 */
#ifndef CLOUDIFY_DEPLOYMENT_MEMBERSHIP_H
#define CLOUDIFY_DEPLOYMENT_MEMBERSHIP_H

#include "deployment/deployment.h"

/**
 * Add to `set` what `from`, a set of the same plan, has besides: instances, instances of scaling
 * groups, and relationships, each at its place in the order of its instance. Those that are in
 * both are told by their ids and keep their state.
 *
 * @param on_related called with the index of each instance that was there and got relationships;
 *        or NULL
 * @return false with `err` set: ERROR_NOMEM; `set` is of no use then
 */
bool instances_adopt(struct instance_set *set, const struct instance_set *from,
                     bool (*on_related)(void *data, size_t instance, struct error *err), void *data,
                     struct error *err);
/** A set of its own of all that have not left `set`; new (instances_free() it), or NULL. */
struct instance_set *instances_copy(const struct instance_set *set, struct error *err);

/** Let an instance leave the set; what is related to it stays so until instance_let_go(). */
void instances_drop(struct instance_set *set, size_t instance);
/** The same for an instance of a scaling group. */
void instances_drop_group(struct instance_set *set, size_t group);
/** Drop the relationships of `instance` to those that have left. @return whether there were any */
bool instance_let_go(struct instance_set *set, size_t instance);

#endif
