/* dependencies.c - see dependencies.h. */
#include "deployment/dependencies.h"

#include <string.h>

#include "base/strbuf.h"
#include "functions/functions.h"

struct search {
    struct instance_set *set;
    struct strbuf path;     /* of the value at hand */
    const json_t *contexts; /* a list: one dependency for each */
    json_t *found;
    bool ok;
};

/* The deployment that a get_capability names: its id where it is known, and what is written. */
static json_t *target_of(const json_t *call)
{
    json_t *raw = json_array_get(json_object_get(call, "get_capability"), 0);
    return json_pack("[O, O]", json_is_string(raw) ? raw : json_null(), raw ? raw : json_null());
}

static void add(struct search *search, const json_t *call)
{
    for (size_t i = 0; i < json_array_size(search->contexts); i++) {
        json_t *identifier = json_sprintf("%s.get_capability", search->path.text);
        json_t *entry =
            json_pack("{s:o, s:o, s:O}", "function_identifier", identifier, "target_deployment",
                      target_of(call), "context", json_array_get(search->contexts, i));
        search->ok = search->ok && !json_array_append_new(search->found, entry);
    }
}

/* Look into a value that stands at the present path, which stays as it was. */
static void look(struct search *search, const json_t *value)
{
    const char *name = function_name(value);
    size_t length = search->path.length;
    if (name && !strcmp(name, "get_capability"))
        add(search, value);
    for (void *it = json_object_iter((json_t *)value); it;
         it = json_object_iter_next((json_t *)value, it)) {
        strbuf_addf(&search->path, ".%s", json_object_iter_key(it));
        look(search, json_object_iter_value(it));
        strbuf_truncate(&search->path, length);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        strbuf_addf(&search->path, "[%zu]", i);
        look(search, json_array_get(value, i));
        strbuf_truncate(&search->path, length);
    }
}

__attribute__((format(printf, 3, 4))) static void look_at(struct search *search,
                                                          const json_t *value, const char *fmt, ...)
{
    va_list args;
    if (!functions_contain(value))
        return;
    va_start(args, fmt);
    strbuf_truncate(&search->path, 0);
    strbuf_vaddf(&search->path, fmt, args);
    va_end(args);
    look(search, value);
}

/* The inputs of operations, each under its long name and the short one, where it has that. */
static void look_at_operations(struct search *search, const struct operation_set *set,
                               const char *node, const char *where)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        if (operations_short_name_is_unique(set, operation))
            look_at(search, operation->inputs, "nodes.%s.%s.%s.inputs", node, where,
                    operation->short_name);
        look_at(search, operation->inputs, "nodes.%s.%s.%s.inputs", node, where, operation->name);
    }
}

static json_t *node_contexts(struct search *search, const struct plan_node *node)
{
    size_t count;
    const size_t *indices = instances_of_node(search->set, node->index, &count);
    json_t *contexts = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *context = json_pack("{s:s}", "self", search->set->items[indices[i]]->id);
        search->ok = search->ok && !json_array_append_new(contexts, context);
    }
    return contexts;
}

/* One for each instance that has the relationship, with the first of its targets. */
static json_t *relationship_contexts(struct search *search, const struct plan_node *node,
                                     size_t relationship)
{
    size_t count;
    const size_t *indices = instances_of_node(search->set, node->index, &count);
    json_t *contexts = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct node_instance *ni = search->set->items[indices[i]];
        size_t at = 0;
        while (at < ni->relationship_count && ni->relationships[at].relationship != relationship)
            at++;
        if (at == ni->relationship_count)
            continue;
        json_t *context = json_pack("{s:s, s:s, s:s}", "self", ni->id, "source", ni->id, "target",
                                    search->set->items[ni->relationships[at].target]->id);
        search->ok = search->ok && !json_array_append_new(contexts, context);
    }
    return contexts;
}

static void look_at_node(struct search *search, const struct plan_node *node)
{
    json_t *contexts = node_contexts(search, node);
    search->contexts = contexts;
    look_at(search, node->properties, "nodes.%s.properties", node->id);
    look_at_operations(search, node->operations, node->id, "operations");
    json_decref(contexts);
    for (size_t i = 0; i < node->relationship_count; i++) {
        const struct plan_relationship *r = &node->relationships[i];
        contexts = relationship_contexts(search, node, i);
        search->contexts = contexts;
        look_at_operations(search, r->source_operations, node->id, r->type->name);
        look_at_operations(search, r->target_operations, node->id, r->type->name);
        json_decref(contexts);
    }
}

json_t *instances_dependencies(struct instance_set *set)
{
    const struct plan *plan = set->plan;
    struct search search = {.set = set, .path = STRBUF_INIT, .found = json_array(), .ok = true};
    for (size_t i = 0; i < plan->node_count; i++)
        look_at_node(&search, &plan->nodes[i]);
    json_t *nowhere = json_pack("[{}]");
    search.contexts = nowhere;
    look_at(&search, plan->outputs, "outputs");
    look_at(&search, plan->policies, "policies");
    look_at(&search, plan->scaling_groups, "scaling_groups");
    look_at(&search, plan->capabilities, "capabilities");
    look_at(&search, plan->labels, "labels");
    look_at(&search, plan->deployment_settings, "deployment_settings");
    json_decref(nowhere);
    bool ok = search.ok && search.found && nowhere && !search.path.failed;
    strbuf_release(&search.path);
    if (ok)
        return search.found;
    json_decref(search.found);
    return NULL;
}
