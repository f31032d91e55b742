/* forgetful_store.h - a store that keeps no task graphs and no modifications, and of an execution
 * its id only, for tests that resume nothing. */
#ifndef CLOUDIFY_TEST_ENGINE_FORGETFUL_STORE_H
#define CLOUDIFY_TEST_ENGINE_FORGETFUL_STORE_H

#include "storage/storage.h"

json_t *execution_get(struct deployment_store *ds, const char *id, struct error *err)
{
    (void)ds, (void)err;
    return json_pack("{s:s}", "id", id);
}

json_t *deployment_store_info(struct deployment_store *ds, struct error *err)
{
    (void)ds, (void)err;
    return json_object();
}

json_t *deployment_store_provider_context(struct deployment_store *ds, struct error *err)
{
    (void)ds, (void)err;
    return json_object();
}

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

bool graph_remove(struct deployment_store *ds, json_int_t graph, struct error *err)
{
    (void)ds, (void)graph, (void)err;
    return true;
}

bool graph_add_part(struct deployment_store *ds, json_int_t graph, const char *tasks,
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

bool graph_add_done(struct deployment_store *ds, json_int_t graph, const json_t *tasks,
                    struct error *err)
{
    (void)ds, (void)graph, (void)tasks, (void)err;
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

bool modification_add(struct deployment_store *ds, const char *id, const json_t *document,
                      struct error *err)
{
    (void)ds, (void)id, (void)document, (void)err;
    return true;
}

bool modification_end(struct deployment_store *ds, const char *id, const char *status,
                      struct error *err)
{
    (void)ds, (void)id, (void)status, (void)err;
    return true;
}

json_t *modifications_list(struct deployment_store *ds, const char *status, struct error *err)
{
    (void)ds, (void)status, (void)err;
    return json_array();
}

bool modification_instances(struct deployment_store *ds, const char *id,
                            bool (*visit)(void *data, const struct instance_change *kept,
                                          struct error *err),
                            void *data, struct error *err)
{
    (void)ds, (void)id, (void)visit, (void)data, (void)err;
    return true;
}

bool instances_add_stored(struct deployment_store *ds, const struct instance_set *set, size_t first,
                          size_t first_group, struct error *err)
{
    (void)ds, (void)set, (void)first, (void)first_group, (void)err;
    return true;
}

bool instance_keep_relationships(struct deployment_store *ds, const struct instance_set *set,
                                 size_t instance, struct error *err)
{
    (void)ds, (void)set, (void)instance, (void)err;
    return true;
}

bool instance_remove(struct deployment_store *ds, const char *id, struct error *err)
{
    (void)ds, (void)id, (void)err;
    return true;
}

bool group_instance_remove(struct deployment_store *ds, const char *id, struct error *err)
{
    (void)ds, (void)id, (void)err;
    return true;
}

bool deployment_store_keep_counts(struct deployment_store *ds, const struct plan *plan,
                                  const char *name, struct error *err)
{
    (void)ds, (void)plan, (void)name, (void)err;
    return true;
}

#endif
