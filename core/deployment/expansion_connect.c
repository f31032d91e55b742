/* expansion_connect.c - which instances are related to which (dsl.md 12.1; expansion.h). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "deployment/expansion.h"
#include "deployment/survivors.h"
#include "dsl/diagnostic_codes.h"

enum { RELATIONSHIP_LIMIT = 10 * 1000 * 1000 };

/* One relationship of a node, and where its instances and those of its target are. */
struct connection {
    struct expansion *e;
    const struct plan_node *node;
    size_t index;
    const struct plan_relationship *relationship;
    struct span sources, targets;
    long group; /* the innermost scaling group around both, or PLAN_NONE */
};

static const char *target_name(const struct connection *c)
{
    return c->e->containment->plan->nodes[c->relationship->target].id;
}

static bool relate(const struct connection *c, size_t source, size_t target)
{
    struct expansion *e = c->e;
    struct error err = {0};
    if (++e->relationship_count > RELATIONSHIP_LIMIT)
        return diagnostics_add(e->out, &code_limit, NULL, NULL,
                               "node '%s': with its relationship to '%s' the instances of the "
                               "deployment have more than %d",
                               c->node->id, target_name(c), RELATIONSHIP_LIMIT);
    return instances_relate(e->set, e->units[source].at, c->index, e->units[target].at, &err) ||
           diagnostics_nomem(e->out);
}

static bool connect_contained(const struct connection *c)
{
    struct expansion *e = c->e;
    for (size_t s = 0; s < c->sources.count; s++) {
        size_t at = e->units[c->sources.first + s].at;
        struct error err = {0};
        if (!instances_relate(e->set, at, c->index, (size_t)e->set->items[at]->container, &err))
            return diagnostics_nomem(e->out);
    }
    return true;
}

static bool connect_all(const struct connection *c)
{
    for (size_t s = 0; s < c->sources.count; s++) {
        for (size_t t = 0; t < c->targets.count; t++) {
            if (!relate(c, c->sources.first + s, c->targets.first + t))
                return false;
        }
    }
    return true;
}

/* Both spans are in the order of the instances of the group, one piece for each of them. */
static bool connect_within_group(const struct connection *c)
{
    const struct forest_node *forest = c->e->forest;
    size_t depth = c->e->containment->forest[c->group].depth;
    size_t t = c->targets.first, end = t + c->targets.count;
    for (size_t s = c->sources.first; s < c->sources.first + c->sources.count; s++) {
        size_t group = forest_ancestor(forest, s, depth);
        while (t < end && forest_ancestor(forest, t, depth) < group)
            t++;
        for (size_t at = t; at < end && forest_ancestor(forest, at, depth) == group; at++) {
            if (!relate(c, s, at))
                return false;
        }
    }
    return true;
}

static size_t smallest_id(const struct connection *c)
{
    const struct expansion *e = c->e;
    size_t chosen = c->targets.first;
    for (size_t t = chosen + 1; t < c->targets.first + c->targets.count; t++) {
        if (strcmp(e->set->items[e->units[t].at]->id, e->set->items[e->units[chosen].at]->id) < 0)
            chosen = t;
    }
    return chosen;
}

/* The target that there has been up to now, if it stays; or the smallest id. */
static size_t one_target(const struct connection *c)
{
    struct survivors *survivors = c->e->survivors;
    const struct former_target *former =
        survivors ? survivors_target(survivors, c->node->index, c->index) : NULL;
    if (!former || former->target == INSTANCE_NONE ||
        survivors->now[former->target] == INSTANCE_NONE)
        return smallest_id(c);
    for (size_t t = c->targets.first; t < c->targets.first + c->targets.count; t++) {
        if (c->e->units[t].previous == former->target)
            return t;
    }
    return smallest_id(c);
}

static bool check_one(const struct connection *c)
{
    struct survivors *survivors = c->e->survivors;
    if (c->group != PLAN_NONE)
        return diagnostics_add(
            c->e->out, &code_all_to_one_in_group, NULL, "use all_to_all, which connects them",
            "node '%s': its relationship to '%s' is all_to_one, but both are in the scaling group "
            "'%s'",
            c->node->id, target_name(c), c->e->containment->entities[c->group].name);
    if (!survivors || survivors_target(survivors, c->node->index, c->index)->is_one)
        return true;
    return diagnostics_add(c->e->out, &code_all_to_one_state, NULL, NULL,
                           "node '%s': its relationship to '%s' is all_to_one, but its instances "
                           "are related to several",
                           c->node->id, target_name(c));
}

static bool connect_one(const struct connection *c)
{
    if (!check_one(c))
        return false;
    size_t target = one_target(c);
    for (size_t s = 0; s < c->sources.count; s++) {
        if (!relate(c, c->sources.first + s, target))
            return false;
    }
    return true;
}

static bool wrong_connection_type(const struct connection *c, const json_t *given)
{
    char *text = given ? json_text(given) : NULL;
    diagnostics_add(c->e->out, &code_connection_type, NULL, NULL,
                    "node '%s': 'connection_type' of its relationship to '%s' must be all_to_all "
                    "or all_to_one, not %s",
                    c->node->id, target_name(c), text ? text : "absent");
    free(text);
    return false;
}

static bool connect(const struct connection *c)
{
    const struct plan_type *type = c->relationship->type;
    const json_t *given = json_object_get(c->relationship->properties, "connection_type");
    const char *how = json_is_string(given) ? json_string_value(given) : "";
    if (!type->is_contained_in && !type->is_connected_to && !type->is_depends_on)
        return diagnostics_add(c->e->out, &code_unsupported_relationship, NULL, NULL,
                               "node '%s': the type '%s' of its relationship to '%s' is derived "
                               "from none of depends_on, connected_to and contained_in",
                               c->node->id, type->name, target_name(c));
    if ((long)c->index == c->e->containment->entities[c->node->index].relationship)
        return connect_contained(c);
    bool is_all = !strcmp(how, "all_to_all");
    if (!is_all && strcmp(how, "all_to_one"))
        return wrong_connection_type(c, given);
    if (!c->sources.count || !c->targets.count)
        return true;
    if (!is_all)
        return connect_one(c);
    return c->group == PLAN_NONE ? connect_all(c) : connect_within_group(c);
}

bool expansion_connect(struct expansion *e)
{
    const struct plan *plan = e->containment->plan;
    size_t errors = e->out->errors;
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        for (size_t j = 0; j < node->relationship_count; j++) {
            struct connection c = {
                .e = e,
                .node = node,
                .index = j,
                .relationship = &node->relationships[j],
                .sources = e->spans[i],
                .targets = e->spans[node->relationships[j].target],
            };
            c.group = containment_common_group(e->containment, i, c.relationship->target);
            if (!connect(&c) && e->relationship_count > RELATIONSHIP_LIMIT)
                return false;
        }
    }
    return e->out->errors == errors && !e->out->nomem;
}
