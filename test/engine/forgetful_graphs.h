/* forgetful_graphs.h - a store that keeps no task graphs, for tests that resume nothing. */
#ifndef CLOUDIFY_TEST_ENGINE_FORGETFUL_GRAPHS_H
#define CLOUDIFY_TEST_ENGINE_FORGETFUL_GRAPHS_H

#include "storage/storage.h"

bool graph_find(struct deployment_store *ds, const char *execution_id, const char *name,
                json_int_t *graph, struct error *err)
{
    (void)ds, (void)execution_id, (void)name, (void)graph, (void)err;
    return false;
}

bool graph_add(struct deployment_store *ds, const char *execution_id, const char *name,
               json_int_t *graph, struct error *err)
{
    (void)ds, (void)execution_id, (void)name, (void)err;
    *graph = 1;
    return true;
}

bool graph_add_part(struct deployment_store *ds, json_int_t graph, const json_t *tasks,
                    struct error *err)
{
    (void)ds, (void)graph, (void)tasks, (void)err;
    return true;
}

bool graph_parts(struct deployment_store *ds, json_int_t graph,
                 bool (*visit)(void *data, json_t *tasks, struct error *err), void *data,
                 struct error *err)
{
    (void)ds, (void)graph, (void)visit, (void)data, (void)err;
    return true;
}

bool graph_task_done(struct deployment_store *ds, json_int_t graph, uint32_t task,
                     struct error *err)
{
    (void)ds, (void)graph, (void)task, (void)err;
    return true;
}

bool graph_tasks_done(struct deployment_store *ds, json_int_t graph,
                      bool (*visit)(void *data, uint32_t task, struct error *err), void *data,
                      struct error *err)
{
    (void)ds, (void)graph, (void)visit, (void)data, (void)err;
    return true;
}

json_t *graph_operations(struct deployment_store *ds, json_int_t graph, struct error *err)
{
    (void)ds, (void)graph, (void)err;
    return json_array();
}

#endif
