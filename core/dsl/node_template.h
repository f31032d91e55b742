/* node_template.h - a node template while it is compiled; private to nodes.c, relationships.c and
 * topology.c (dsl.md 6). */
#ifndef CLOUDIFY_DSL_NODE_TEMPLATE_H
#define CLOUDIFY_DSL_NODE_TEMPLATE_H

#include "dsl/compiler.h"

struct node_template {
    struct compiler *c;
    const struct entry *entry;
    struct plan_node *node;
    const char *subject;
    const struct path *path;
};

/* relationships.c: each returns whether there was no error. */

/** Put the relationship types into the plan and check their operations. */
bool compile_relationship_types(struct compiler *c);
/** Fill the relationships of the template's node. */
bool template_compile_relationships(const struct node_template *t);

/* topology.c: each returns whether there was no error, once all relationships are there. */

/** No node depends on itself. */
bool check_node_circles(struct compiler *c);
/** Set the host of each node; operations that run on a host must have one. */
bool find_hosts(struct compiler *c);

#endif
