/* graph.h - the nodes of a plan and how they depend on each other, for people and for dot. */
#ifndef CLOUDIFY_CLI_GRAPH_H
#define CLOUDIFY_CLI_GRAPH_H

#include <jansson.h>

/** Print the nodes as a tree of what contains what, each with its other relationships. */
void graph_print(const json_t *plan);
/** Print the nodes and all relationships in the language of Graphviz. */
void graph_print_dot(const json_t *plan);

#endif
