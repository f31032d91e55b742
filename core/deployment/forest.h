/* forest.h - things in things in things: finds what is around one of them, at any distance. */
#ifndef CLOUDIFY_DEPLOYMENT_FOREST_H
#define CLOUDIFY_DEPLOYMENT_FOREST_H

#include <stddef.h>

enum { FOREST_NONE = -1 };

/* In an array; the links are indices of it. Written by forest_attach() only. */
struct forest_node {
    long parent, jump; /* what it is in, and something further up, or FOREST_NONE */
    size_t depth;      /* how many are around it */
};

/** Put `node` into `parent`, which has been attached itself, or into nothing: FOREST_NONE. */
void forest_attach(struct forest_node *nodes, size_t node, long parent);
/** The one around `node`, itself included, that has the depth `depth`, at most that of `node`. */
size_t forest_ancestor(const struct forest_node *nodes, size_t node, size_t depth);
/** The innermost one around both, themselves included, or FOREST_NONE. */
long forest_common(const struct forest_node *nodes, size_t a, size_t b);

#endif
