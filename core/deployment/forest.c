/* forest.c - see forest.h. Every node has a link to its parent and one that jumps further up, so
 * placed that going up takes a number of steps that grows with the logarithm of the distance. */
#include "deployment/forest.h"

#include <stdbool.h>

void forest_attach(struct forest_node *nodes, size_t node, long parent)
{
    struct forest_node *n = &nodes[node];
    *n = (struct forest_node){parent, parent, 0};
    if (parent == FOREST_NONE)
        return;
    n->depth = nodes[parent].depth + 1;
    long jump = nodes[parent].jump;
    if (jump == FOREST_NONE)
        return;
    long further = nodes[jump].jump;
    /* Two jumps of equal length make one of twice that and one step. */
    if (further != FOREST_NONE &&
        nodes[parent].depth - nodes[jump].depth == nodes[jump].depth - nodes[further].depth)
        n->jump = further;
}

size_t forest_ancestor(const struct forest_node *nodes, size_t node, size_t depth)
{
    while (nodes[node].depth > depth) {
        size_t jump = (size_t)nodes[node].jump;
        node = nodes[jump].depth >= depth ? jump : (size_t)nodes[node].parent;
    }
    return node;
}

long forest_common(const struct forest_node *nodes, size_t a, size_t b)
{
    size_t depth = nodes[a].depth < nodes[b].depth ? nodes[a].depth : nodes[b].depth;
    long x = (long)forest_ancestor(nodes, a, depth), y = (long)forest_ancestor(nodes, b, depth);
    while (x != y) {
        /* At the same depth both jump as far. */
        bool apart = nodes[x].jump != nodes[y].jump;
        long up = apart ? nodes[x].jump : nodes[x].parent;
        y = apart ? nodes[y].jump : nodes[y].parent;
        x = up;
    }
    return x;
}
