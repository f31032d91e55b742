/* instances_create.c - node instances out of a plan (dsl.md 12.1; deployment.h). */
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "deployment/deployment.h"

enum { SUFFIX_LENGTH = 6 };

/* The relationship that says what a node is contained in; the last one, were there several. */
static const struct plan_relationship *container_of(const struct plan_node *node)
{
    for (size_t i = node->relationship_count; i; i--) {
        if (node->relationships[i - 1].type->is_contained_in)
            return &node->relationships[i - 1];
    }
    return NULL;
}

static struct node_instance *add_one(struct instance_set *set, const struct plan_node *node,
                                     int index, long container, struct error *err)
{
    struct strbuf id = STRBUF_INIT;
    char suffix[SUFFIX_LENGTH + 1];
    do {
        id_suffix(suffix, SUFFIX_LENGTH);
        strbuf_truncate(&id, 0);
        strbuf_add_all(&id, node->id, "_", suffix);
    } while (!id.failed && map_has(&set->by_id, id.text));
    struct node_instance ni = {.id = id.text,
                               .node = node->index,
                               .index = index,
                               .version = 1,
                               .container = container,
                               .host = container == INSTANCE_NONE ? INSTANCE_NONE
                                                                  : set->items[container]->host};
    if (ni.host == INSTANCE_NONE && node->type->is_host)
        ni.host = (long)set->count;
    struct node_instance *added = id.failed ? NULL : instances_add(set, &ni, err);
    if (!added)
        error_nomem(err);
    strbuf_release(&id);
    return added;
}

/* As many as the node asks for in each of the `count` containers at `first`. */
static bool add_node(struct instance_set *set, const struct plan_node *node, size_t first,
                     size_t count, struct error *err)
{
    bool is_contained = container_of(node);
    int index = 0;
    for (size_t c = 0; c < (is_contained ? count : 1); c++) {
        long container = is_contained ? (long)(first + c) : INSTANCE_NONE;
        for (json_int_t i = 0; i < node->instance_count; i++) {
            if (!add_one(set, node, ++index, container, err))
                return false;
        }
    }
    return true;
}

/* Where the instances of each node are in the set, and how many. */
struct span {
    size_t first, count;
    bool done;
};

/* Add the instances of `node` after those of what contains it. */
static bool add_after_containers(struct instance_set *set, const struct plan_node *node,
                                 struct span *spans, size_t *chain, struct error *err)
{
    const struct plan *plan = set->plan;
    size_t depth = 0;
    chain[depth++] = node->index;
    for (const struct plan_relationship *r = container_of(node); r && !spans[r->target].done;
         r = container_of(&plan->nodes[r->target]))
        chain[depth++] = r->target;
    while (depth) {
        const struct plan_node *next = &plan->nodes[chain[--depth]];
        const struct plan_relationship *r = container_of(next);
        struct span *span = &spans[next->index];
        if (span->done)
            continue;
        span->first = set->count;
        if (!add_node(set, next, r ? spans[r->target].first : 0, r ? spans[r->target].count : 0,
                      err))
            return false;
        span->count = set->count - span->first;
        span->done = true;
    }
    return true;
}

static bool connect_one(struct instance_set *set, const struct span *source, size_t relationship,
                        const struct span *targets, struct error *err)
{
    size_t chosen = targets->first;
    for (size_t t = 1; t < targets->count; t++) {
        if (strcmp(set->items[targets->first + t]->id, set->items[chosen]->id) < 0)
            chosen = targets->first + t;
    }
    for (size_t s = 0; s < source->count && targets->count; s++) {
        if (!instances_relate(set, source->first + s, relationship, chosen, err))
            return false;
    }
    return true;
}

static bool connect_all(struct instance_set *set, const struct span *source, size_t relationship,
                        const struct span *targets, struct error *err)
{
    for (size_t s = 0; s < source->count; s++) {
        for (size_t t = 0; t < targets->count; t++) {
            if (!instances_relate(set, source->first + s, relationship, targets->first + t, err))
                return false;
        }
    }
    return true;
}

static bool connect_contained(struct instance_set *set, const struct span *source,
                              size_t relationship, struct error *err)
{
    for (size_t s = 0; s < source->count; s++) {
        size_t at = source->first + s;
        if (!instances_relate(set, at, relationship, (size_t)set->items[at]->container, err))
            return false;
    }
    return true;
}

static bool connect(struct instance_set *set, const struct plan_node *node, size_t i,
                    const struct span *spans, struct error *err)
{
    const struct plan_relationship *r = &node->relationships[i];
    const struct span *source = &spans[node->index], *targets = &spans[r->target];
    const char *how = json_string_at(r->properties, "connection_type", "all_to_all");
    if (!r->type->is_contained_in && !r->type->is_connected_to && !r->type->is_depends_on)
        return error_set(err, ERROR_INVALID,
                         "node '%s': relationship type '%s' is derived from none of depends_on, "
                         "connected_to and contained_in",
                         node->id, r->type->name);
    if (r == container_of(node))
        return connect_contained(set, source, i, err);
    if (!strcmp(how, "all_to_all"))
        return connect_all(set, source, i, targets, err);
    if (!strcmp(how, "all_to_one"))
        return connect_one(set, source, i, targets, err);
    return error_set(err, ERROR_INVALID,
                     "node '%s': 'connection_type' must be all_to_all or all_to_one, not '%s'",
                     node->id, how);
}

static bool fill(struct instance_set *set, struct span *spans, size_t *chain, struct error *err)
{
    const struct plan *plan = set->plan;
    if (json_object_size(plan->scaling_groups))
        return error_set(err, ERROR_UNSUPPORTED,
                         "policy '%s': instances of scaling groups are not supported by this "
                         "version",
                         json_object_iter_key(json_object_iter(plan->policies)));
    for (size_t i = 0; i < plan->node_count; i++) {
        if (!add_after_containers(set, &plan->nodes[i], spans, chain, err))
            return false;
    }
    for (size_t i = 0; i < plan->node_count; i++) {
        for (size_t j = 0; j < plan->nodes[i].relationship_count; j++) {
            if (!connect(set, &plan->nodes[i], j, spans, err))
                return false;
        }
    }
    return true;
}

struct instance_set *instances_create(const struct plan *plan, struct error *err)
{
    struct instance_set *set = instances_new(plan, err);
    struct span *spans = calloc(plan->node_count + 1, sizeof *spans);
    size_t *chain = calloc(plan->node_count + 1, sizeof *chain);
    bool ok = set && ((spans && chain) || error_nomem(err)) && fill(set, spans, chain, err);
    free(spans);
    free(chain);
    if (ok)
        return set;
    instances_free(set);
    return NULL;
}
