/* task_graph.h - the task graphs of an execution, for people and for dot. */
#ifndef CLOUDIFY_CLI_TASK_GRAPH_H
#define CLOUDIFY_CLI_TASK_GRAPH_H

#include <jansson.h>

/** Print each graph as a tree of subgraphs and tasks, with their states. */
void task_graphs_print(const json_t *graphs);
/** Print them in the language of Graphviz: an arrow leads from what waits to what it waits for. */
void task_graphs_print_dot(const json_t *graphs);

#endif
