/* relationship_match.h - which relationships of a node are the same in another version of its
 * plan: those of one type and one target, the first with the first, the second with the second.
 */
#ifndef CLOUDIFY_DEPLOYMENT_RELATIONSHIP_MATCH_H
#define CLOUDIFY_DEPLOYMENT_RELATIONSHIP_MATCH_H

#include "dsl/plan.h"

/**
 * Match the relationships of a node.
 *
 * @param matches per relationship of `old`: receives its index in `new`, or PLAN_NONE
 * @return false when out of memory
 */
bool relationships_match(const struct plan *old_plan, const struct plan_node *old,
                         const struct plan *new_plan, const struct plan_node *new, long *matches);

#endif
