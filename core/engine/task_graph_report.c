/* task_graph_report.c - the failures of a graph in words (runtime.md 6.7). */
#include <string.h>

#include "base/json.h"
#include "engine/task_error.h"
#include "engine/task_graph_internal.h"

void task_graph_set_namer(struct task_graph *graph,
                          const char *(*instance_name)(void *data, long instance), void *data)
{
    graph->instance_name = instance_name;
    graph->instance_name_data = data;
}

void task_graph_describe(const struct task_graph *graph, const struct task *task,
                         struct strbuf *out)
{
    strbuf_adds(out, task->text);
    if (!task->operation || task->instance == TASK_NO_INSTANCE || !graph->instance_name)
        return;
    strbuf_addf(out, " (%s", graph->instance_name(graph->instance_name_data, task->instance));
    if (task->related != TASK_NO_INSTANCE)
        strbuf_addf(out, "%s%s", task->related_is_target ? " -> " : " <- ",
                    graph->instance_name(graph->instance_name_data, task->related));
    strbuf_addf(out, ":%s)", task->operation->name);
}

static void add_failure(const struct task_graph *graph, const struct task_failure *failure,
                        struct strbuf *out)
{
    task_graph_describe(graph, failure->task, out);
    strbuf_adds(out, ": ");
    task_error_add_summary(out, failure->error);
}

static void add_tracebacks(const struct task_graph *graph, const struct task_failure *failure,
                           struct strbuf *out)
{
    struct strbuf description = STRBUF_INIT;
    task_graph_describe(graph, failure->task, &description);
    task_error_add_tracebacks(out, failure->error, description.text);
    strbuf_release(&description);
}

void task_graph_error_text(const struct task_graph *graph, bool traceback, struct strbuf *out)
{
    size_t count = graph->failure_count;
    if (count == 1)
        strbuf_adds(out, "Task failed: ");
    else if (count > 1)
        strbuf_addf(out, "%zu operation errors:\n", count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_addc(out, '\n');
        add_failure(graph, &graph->failures[i], out);
    }
    if (count && traceback)
        add_tracebacks(graph, &graph->failures[0], out);
    if (graph->unrecorded)
        strbuf_adds(out, count ? "\nout of memory" : "out of memory");
}

json_t *task_graph_error_causes(const struct task_graph *graph)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < graph->failure_count; i++) {
        json_t *causes = task_error_causes(graph->failures[i].error);
        if (!causes || json_array_extend(all, causes)) {
            json_decref(all);
            all = NULL;
        }
        json_decref(causes);
    }
    return all;
}
