/* graph.c - see graph.h. */
#include "cli/graph.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"

static const char contained_in[] = "cloudify.relationships.contained_in";

/* The nodes of a plan, and which contain which. */
struct graph {
    const json_t *nodes;
    size_t *first; /* of each node its first content, or the count of nodes */
    size_t *next;  /* the next content of what contains it */
    bool *is_contained;
};

static bool is_containment(const json_t *relationship)
{
    const json_t *hierarchy = json_object_get(relationship, "type_hierarchy");
    for (size_t i = 0; i < json_array_size(hierarchy); i++) {
        if (!strcmp(json_string_value(json_array_get(hierarchy, i)), contained_in))
            return true;
    }
    return false;
}

/* "cloudify.relationships.connected_to" is "connected_to" to everybody. */
static const char *short_type(const char *type)
{
    static const char prefix[] = "cloudify.relationships.";
    size_t length = sizeof prefix - 1;
    return strncmp(type, prefix, length) ? type : type + length;
}

/* How many instances a node has; -1: a function says so. */
static json_int_t instances_of(const json_t *node)
{
    const json_t *scalable = json_object_get(json_object_get(node, "capabilities"), "scalable");
    const json_t *count =
        json_object_get(json_object_get(scalable, "properties"), "current_instances");
    return json_is_integer(count) ? json_integer_value(count) : -1;
}

/* ---- as a tree ---- */

static void graph_release(struct graph *graph)
{
    free(graph->first);
    free(graph->next);
    free(graph->is_contained);
}

static bool graph_allocate(struct graph *graph)
{
    size_t count = json_array_size(graph->nodes);
    graph->first = calloc(count + 1, sizeof *graph->first);
    graph->next = calloc(count + 1, sizeof *graph->next);
    graph->is_contained = calloc(count + 1, sizeof *graph->is_contained);
    for (size_t i = 0; graph->first && graph->next && i < count; i++)
        graph->first[i] = graph->next[i] = count;
    return graph->first && graph->next && graph->is_contained;
}

/* From the last to the first, so that contents stand in the order of the blueprint. */
static void find_contents(struct graph *graph, json_t *indices)
{
    for (size_t i = json_array_size(graph->nodes); i-- > 0;) {
        const json_t *relationships =
            json_object_get(json_array_get(graph->nodes, i), "relationships");
        for (size_t j = 0; j < json_array_size(relationships); j++) {
            const json_t *relationship = json_array_get(relationships, j);
            const json_t *index = json_object_get(indices, text_of(relationship, "target_id"));
            if (!is_containment(relationship) || !index)
                continue;
            size_t container = (size_t)json_integer_value(index);
            graph->next[i] = graph->first[container];
            graph->first[container] = i;
            graph->is_contained[i] = true;
        }
    }
}

static bool graph_init(struct graph *graph, const json_t *plan)
{
    *graph = (struct graph){.nodes = json_object_get(plan, "nodes")};
    json_t *indices = json_object();
    for (size_t i = 0; indices && i < json_array_size(graph->nodes); i++)
        json_object_set_new(indices, text_of(json_array_get(graph->nodes, i), "id"),
                            json_integer((json_int_t)i));
    bool ok = indices && graph_allocate(graph);
    if (ok)
        find_contents(graph, indices);
    json_decref(indices);
    return ok;
}

static void print_indent(size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        fputs("   ", stdout);
}

static void print_node(const json_t *node, size_t depth)
{
    const json_t *relationships = json_object_get(node, "relationships");
    json_int_t count = instances_of(node);
    print_indent(depth);
    printf("%s  %s", text_of(node, "id"), text_of(node, "type"));
    if (count >= 0 && count != 1)
        printf("  x%" JSON_INTEGER_FORMAT, count);
    putchar('\n');
    for (size_t i = 0; i < json_array_size(relationships); i++) {
        const json_t *relationship = json_array_get(relationships, i);
        if (is_containment(relationship))
            continue;
        print_indent(depth);
        printf("   -> %s  %s\n", text_of(relationship, "target_id"),
               short_type(text_of(relationship, "type")));
    }
}

/* The contents of a node follow it, one step further in; by a stack, as they may go deep. */
static void print_tree(const struct graph *graph, size_t root, size_t *stack)
{
    size_t none = json_array_size(graph->nodes), depth = 0;
    stack[0] = root;
    print_node(json_array_get(graph->nodes, root), 0);
    size_t node = graph->first[root];
    for (;;) {
        if (node != none) {
            print_node(json_array_get(graph->nodes, node), ++depth);
            stack[depth] = node;
            node = graph->first[node];
        } else if (depth == 0) {
            return;
        } else {
            node = graph->next[stack[depth--]];
        }
    }
}

void graph_print(const json_t *plan)
{
    struct graph graph;
    size_t *stack = NULL, count = json_array_size(json_object_get(plan, "nodes"));
    if (graph_init(&graph, plan))
        stack = calloc(count + 1, sizeof *stack);
    if (!stack)
        fputs("cfy: out of memory\n", stderr);
    for (size_t i = 0; stack && i < count; i++) {
        if (!graph.is_contained[i])
            print_tree(&graph, i, stack);
    }
    free(stack);
    graph_release(&graph);
}

/* ---- for dot ---- */

static void print_dot_node(const json_t *node)
{
    json_int_t count = instances_of(node);
    fputs("  ", stdout);
    print_quoted(text_of(node, "id"));
    fputs(" [tooltip=", stdout);
    print_quoted(text_of(node, "type"));
    if (count >= 0 && count != 1)
        printf(", xlabel=\"x%" JSON_INTEGER_FORMAT "\"", count);
    fputs("];\n", stdout);
}

static void print_dot_edges(const json_t *node)
{
    const json_t *relationships = json_object_get(node, "relationships");
    for (size_t i = 0; i < json_array_size(relationships); i++) {
        const json_t *relationship = json_array_get(relationships, i);
        fputs("  ", stdout);
        print_quoted(text_of(node, "id"));
        fputs(" -> ", stdout);
        print_quoted(text_of(relationship, "target_id"));
        fputs(" [label=", stdout);
        print_quoted(short_type(text_of(relationship, "type")));
        fputs(is_containment(relationship) ? ", style=dashed];\n" : "];\n", stdout);
    }
}

void graph_print_dot(const json_t *plan)
{
    const json_t *nodes = json_object_get(plan, "nodes");
    fputs("digraph blueprint {\n  node [shape=box];\n", stdout);
    for (size_t i = 0; i < json_array_size(nodes); i++)
        print_dot_node(json_array_get(nodes, i));
    for (size_t i = 0; i < json_array_size(nodes); i++)
        print_dot_edges(json_array_get(nodes, i));
    fputs("}\n", stdout);
}
