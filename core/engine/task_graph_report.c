/* task_graph_report.c - the failures of a graph in words (runtime.md 6.7). */
#include <string.h>

#include "base/json.h"
#include "engine/task_graph_internal.h"

void task_graph_set_namer(struct task_graph *graph,
                          const char *(*instance_name)(void *data, long instance), void *data)
{
    graph->instance_name = instance_name;
    graph->instance_name_data = data;
}

static void add_description(const struct task_graph *graph, const struct task *task,
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

static void add_cause(const json_t *cause, bool first, struct strbuf *out)
{
    strbuf_addf(out, "%s%s `%s`", first ? "" : "\n", json_string_at(cause, "type", "Error"),
                json_string_at(cause, "message", ""));
}

/* Oldest first; the raised error last, which a worker may have put among its causes already. */
static void add_causes(const json_t *error, struct strbuf *out)
{
    const json_t *causes = json_object_get(error, "causes"), *cause = NULL;
    size_t count = json_array_size(causes);
    for (size_t i = 0; i < count; i++) {
        cause = json_array_get(causes, i);
        add_cause(cause, i == 0, out);
    }
    if (error && (!cause || strcmp(json_string_at(cause, "message", ""),
                                   json_string_at(error, "message", ""))))
        add_cause(error, count == 0, out);
}

static void add_failure(const struct task_graph *graph, const struct task_failure *failure,
                        struct strbuf *out)
{
    add_description(graph, failure->task, out);
    strbuf_adds(out, ": ");
    add_causes(failure->error, out);
}

static void add_traceback(const struct task_graph *graph, const struct task_failure *failure,
                          struct strbuf *out)
{
    const char *text = json_string_at(failure->error, "traceback", "");
    if (!*text)
        return;
    strbuf_adds(out, "\nTraceback of ");
    add_description(graph, failure->task, out);
    strbuf_addf(out, " (most recent call last):\n%s", text);
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
        add_traceback(graph, &graph->failures[0], out);
    if (graph->unrecorded)
        strbuf_adds(out, count ? "\nout of memory" : "out of memory");
}
