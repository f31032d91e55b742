/* task_graph.c - see task_graph.h. */
#include "cli/task_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"

static size_t number_of(const json_t *task, const char *key)
{
    return (size_t)json_integer_value(json_object_get(task, key));
}

static bool is_subgraph(const json_t *task)
{
    return !strcmp(text_of(task, "kind"), "subgraph");
}

/* ---- as a tree ---- */

/* The tasks of a graph by number, and which stand in which; 0 is the graph itself. */
struct tree {
    const json_t **tasks;
    size_t *first, *last, *next;
};

static void tree_release(struct tree *tree)
{
    free(tree->tasks);
    free(tree->first);
    free(tree->last);
    free(tree->next);
}

static bool tree_init(struct tree *tree, const json_t *tasks)
{
    size_t highest = 0;
    for (size_t i = 0; i < json_array_size(tasks); i++) {
        size_t number = number_of(json_array_get(tasks, i), "number");
        highest = number > highest ? number : highest;
    }
    *tree = (struct tree){
        calloc(highest + 1, sizeof *tree->tasks), calloc(highest + 1, sizeof *tree->first),
        calloc(highest + 1, sizeof *tree->last), calloc(highest + 1, sizeof *tree->next)};
    if (!tree->tasks || !tree->first || !tree->last || !tree->next)
        return false;
    for (size_t i = 0; i < json_array_size(tasks); i++) {
        const json_t *task = json_array_get(tasks, i);
        size_t number = number_of(task, "number"), container = number_of(task, "container");
        tree->tasks[number] = task;
        if (tree->first[container])
            tree->next[tree->last[container]] = number;
        else
            tree->first[container] = number;
        tree->last[container] = number;
    }
    return true;
}

static double cpu_seconds(const json_t *task)
{
    return json_real_value(json_object_get(task, "cpu_seconds"));
}

static void print_time(double seconds)
{
    if (seconds > 0)
        printf("  %.3f s CPU", seconds);
}

/* The first line of what its latest attempt has failed by. */
static void print_error(const json_t *error)
{
    const char *message = text_of(error, "message");
    if (error)
        printf("  -> %s: %.*s", text_of(error, "type"), (int)strcspn(message, "\n"), message);
}

static void print_task(const json_t *task, size_t depth)
{
    size_t retry = number_of(task, "retry");
    const char *kind = text_of(task, "kind"), *name = text_of(task, "name");
    char label[256];
    if (!strcmp(kind, "set_state"))
        snprintf(label, sizeof label, "state '%s'", name);
    else if (strstr(kind, "event"))
        snprintf(label, sizeof label, "event \"%s\"", name);
    else
        snprintf(label, sizeof label, "%s", name);
    printf("%-10s %*s%s", text_of(task, "state"), (int)(3 * depth), "", label);
    if (retry)
        printf("  (retry %zu)", retry);
    print_time(cpu_seconds(task));
    print_error(json_object_get(task, "error"));
    putchar('\n');
}

/* What stands in a subgraph follows it. Subgraphs do not nest deep. */
static void print_content(const struct tree *tree, size_t container, size_t depth)
{
    for (size_t number = tree->first[container]; number; number = tree->next[number]) {
        print_task(tree->tasks[number], depth);
        print_content(tree, number, depth + 1);
    }
}

static void print_graph(const json_t *graph)
{
    struct tree tree;
    const json_t *tasks = json_object_get(graph, "tasks");
    double total = 0;
    for (size_t i = 0; i < json_array_size(tasks); i++)
        total += cpu_seconds(json_array_get(tasks, i));
    printf("graph '%s'", text_of(graph, "name"));
    print_time(total);
    putchar('\n');
    if (tree_init(&tree, tasks))
        print_content(&tree, 0, 0);
    else
        fputs("cfy: out of memory\n", stderr);
    tree_release(&tree);
}

void task_graphs_print(const json_t *graphs)
{
    size_t i;
    json_t *graph;
    json_array_foreach((json_t *)graphs, i, graph)
    {
        if (i)
            putchar('\n');
        print_graph(graph);
    }
    if (!json_array_size(graphs))
        puts("The execution has no graph with a name.");
}

/* ---- for dot ---- */

static const char *colour_of(const json_t *task)
{
    static const struct {
        const char *state, *colour;
    } colours[] = {
        {"succeeded", "palegreen"}, {"failed", "salmon"},  {"started", "lightskyblue"},
        {"sent", "lightskyblue"},   {"removed", "gray80"},
    };
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (!strcmp(text_of(task, "state"), colours[i].state))
            return colours[i].colour;
    }
    return "white";
}

static void print_dot_task(const json_t *task, size_t graph)
{
    size_t number = number_of(task, "number"), container = number_of(task, "container"), i;
    json_t *other;
    printf("  t%zu_%zu [label=", graph, number);
    print_quoted(text_of(task, "name"));
    fputs(", tooltip=", stdout);
    print_quoted(text_of(task, "state"));
    printf(", fillcolor=%s%s];\n", colour_of(task), is_subgraph(task) ? ", shape=folder" : "");
    if (container)
        printf("  t%zu_%zu -> t%zu_%zu [style=dashed, arrowhead=none];\n", graph, number, graph,
               container);
    json_array_foreach(json_object_get(task, "after"), i, other)
    {
        printf("  t%zu_%zu -> t%zu_%" JSON_INTEGER_FORMAT ";\n", graph, number, graph,
               json_integer_value(other));
    }
}

void task_graphs_print_dot(const json_t *graphs)
{
    size_t i, j;
    json_t *graph, *task;
    fputs("digraph execution {\n  node [shape=box, style=filled];\n", stdout);
    json_array_foreach((json_t *)graphs, i, graph)
    {
        json_array_foreach(json_object_get(graph, "tasks"), j, task)
        {
            print_dot_task(task, i);
        }
    }
    fputs("}\n", stdout);
}
