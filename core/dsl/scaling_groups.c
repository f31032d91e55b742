/* scaling_groups.c - the groups that policies scale: who is in them, and whether that can be
 * (dsl.md 7). Groups in scaling groups count as such, with one instance, without a policy too. */
#include <string.h>

#include "base/json.h"
#include "dsl/plan_internal.h"
#include "dsl/types.h"

struct group {
    const struct entry *entry;
    const json_t *members; /* names */
    json_t *properties;    /* of the policy, NULL: no policy scales it */
    struct group *parent;  /* the group that it is in, or NULL */
    bool is_listed;
    bool is_removed; /* from its parent: it is scaled through a container */
    bool is_checked;
    /* Of the nodes in it, at any depth: */
    long root;           /* the outermost container of the first one */
    bool has_other_root; /* another one has another */
    long contained;      /* outermost container of the first one that is contained, or PLAN_NONE */
    bool has_other_contained;
};

struct grouping {
    struct compiler *c;
    struct map groups; /* name -> struct group */
    struct group **listed;
    size_t listed_count;
    struct group **group_of; /* per node: the group that it is in, or NULL */
    bool *is_removed;        /* per node: from that group */
};

static bool group_error(const struct grouping *g, const struct diagnostic_code *code,
                        const struct group *group, const char *what)
{
    struct path above = {NULL, "groups", 0}, path = {&above, group->entry->name, 0};
    return compiler_error(g->c, code, group->entry->at, &path, NULL, "group '%s': %s",
                          group->entry->name, what);
}

static void list(struct grouping *g, struct group *group)
{
    if (!group->is_listed)
        g->listed[g->listed_count++] = group;
    group->is_listed = true;
}

static bool start(struct grouping *g)
{
    const struct map *section = &g->c->sections[SECTION_GROUPS];
    size_t nodes = g->c->plan->node_count;
    g->listed = compiler_alloc(g->c, section->count * sizeof *g->listed);
    g->group_of = compiler_alloc(g->c, nodes * sizeof *g->group_of);
    g->is_removed = compiler_alloc(g->c, nodes * sizeof *g->is_removed);
    if (!g->listed || !g->group_of || !g->is_removed)
        return false;
    for (size_t i = 0; i < section->count; i++) {
        struct group *group = compiler_alloc(g->c, sizeof *group);
        if (!group)
            return false;
        group->entry = section->entries[i].value;
        group->members =
            json_object_get(json_object_get(g->c->plan->groups, group->entry->name), "members");
        group->root = group->contained = PLAN_NONE;
        if (!map_set(&g->groups, group->entry->name, group))
            return compiler_nomem(g->c);
    }
    return true;
}

/* List what policies target; a later policy overrides an earlier one. */
static void list_targets(struct grouping *g)
{
    const char *name;
    json_t *policy, *target;
    size_t i;
    json_object_foreach(g->c->plan->policies, name, policy)
    {
        json_array_foreach(json_object_get(policy, "targets"), i, target)
        {
            struct group *group = map_get(&g->groups, json_string_value(target));
            group->properties = json_object_get(policy, "properties");
            list(g, group);
        }
    }
}

static bool two_groups(const struct grouping *g, const char *member, const struct group *group,
                       const struct group *other)
{
    struct path above = {NULL, "groups", 0}, path = {&above, group->entry->name, 0};
    return compiler_error(g->c, &code_two_scaling_groups, group->entry->at, &path, NULL,
                          "group '%s': its member '%s' is also in the scaling group '%s'",
                          group->entry->name, member, other->entry->name);
}

static bool place_members(struct grouping *g, struct group *group)
{
    bool ok = true;
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)group->members, i, item)
    {
        const char *member = json_string_value(item);
        struct group *inner = map_get(&g->groups, member);
        const struct plan_node *node = inner ? NULL : plan_find_node(g->c->plan, member);
        struct group **place = inner ? &inner->parent : &g->group_of[node->index];
        if (*place)
            ok = two_groups(g, member, group, *place);
        *place = group;
        if (inner)
            list(g, inner);
    }
    return ok;
}

/* Each group has one parent at most: a circle is met by going up. */
static bool check_circles(const struct grouping *g)
{
    for (size_t i = 0; i < g->listed_count; i++) {
        struct group *group = g->listed[i];
        size_t steps = 0;
        for (; group && !group->is_checked; group = group->parent) {
            if (++steps > g->listed_count)
                return group_error(g, &code_scaling_group_circle, group, "it contains itself");
        }
        for (group = g->listed[i]; group && !group->is_checked; group = group->parent)
            group->is_checked = true;
    }
    return true;
}

static long container_of(const struct plan *plan, size_t node)
{
    const struct plan_node *n = &plan->nodes[node];
    for (size_t i = 0; i < n->relationship_count; i++) {
        if (n->relationships[i].type->is_contained_in)
            return (long)n->relationships[i].target;
    }
    return PLAN_NONE;
}

static bool is_in(const struct group *group, const struct group *outer)
{
    while (group && group != outer)
        group = group->parent;
    return group;
}

/* Let all groups around `node` know where it is contained. */
static void note_containment(const struct grouping *g, size_t node, long root)
{
    for (struct group *group = g->group_of[node]; group; group = group->parent) {
        if (group->root == PLAN_NONE)
            group->root = root;
        group->has_other_root |= group->root != root;
        if (root == (long)node)
            continue;
        if (group->contained == PLAN_NONE)
            group->contained = root;
        group->has_other_contained |= group->contained != root;
    }
}

/* Nodes can be scaled together if one container has them all; or if at most one of several
 * containers has any of them, and is in the group itself. */
static bool check_containment(const struct grouping *g)
{
    const struct plan *plan = g->c->plan;
    bool ok = true;
    for (size_t i = 0; i < plan->node_count; i++) {
        long root = (long)i, next;
        if (!g->group_of[i])
            continue;
        while ((next = container_of(plan, (size_t)root)) != PLAN_NONE)
            root = next;
        note_containment(g, i, root);
    }
    for (size_t i = 0; i < g->listed_count; i++) {
        const struct group *group = g->listed[i];
        if (!group->has_other_root || group->contained == PLAN_NONE)
            continue;
        if (group->has_other_contained || !is_in(g->group_of[group->contained], group))
            ok = group_error(g, &code_scaling_group_containment, group,
                             "its members are not contained in the same node");
    }
    return ok;
}

/* What is scaled with its container already is no member of the group around both. */
static void prune(const struct grouping *g, size_t node, size_t container)
{
    struct group *below = NULL;
    for (struct group *group = g->group_of[node]; group; below = group, group = group->parent) {
        if (!is_in(g->group_of[container], group))
            continue;
        if (below)
            below->is_removed = true;
        else
            g->is_removed[node] = true;
        return;
    }
}

static void prune_all(const struct grouping *g)
{
    const struct plan *plan = g->c->plan;
    for (size_t i = 0; i < plan->node_count; i++) {
        if (!g->group_of[i])
            continue;
        for (long c = container_of(plan, i); c != PLAN_NONE; c = container_of(plan, (size_t)c)) {
            if (g->group_of[c])
                prune(g, i, (size_t)c);
        }
    }
}

static json_t *remaining_members(const struct grouping *g, const struct group *group)
{
    json_t *result = json_array();
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)group->members, i, item)
    {
        const char *member = json_string_value(item);
        const struct group *inner = map_get(&g->groups, member);
        bool removed =
            inner ? inner->is_removed : g->is_removed[plan_find_node(g->c->plan, member)->index];
        if (!removed && json_array_append(result, item)) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

/* Groups that no policy scales are kept apart: they are not shown. */
static bool emit(const struct grouping *g)
{
    struct plan *plan = g->c->plan;
    plan->scaling_groups = plan_keep(plan, json_object());
    plan->unscaled_groups = plan_keep(plan, json_object());
    bool ok = plan->scaling_groups && plan->unscaled_groups;
    for (size_t i = 0; ok && i < g->listed_count; i++) {
        const struct group *group = g->listed[i];
        json_t *shown = json_pack("{s:o, s:O*}", "members", remaining_members(g, group),
                                  "properties", group->properties);
        ok = !json_object_set_new(group->properties ? plan->scaling_groups : plan->unscaled_groups,
                                  group->entry->name, shown);
    }
    return ok || compiler_nomem(g->c);
}

bool compile_scaling_groups(struct compiler *c)
{
    struct grouping g = {.c = c};
    bool ok = start(&g);
    if (ok)
        list_targets(&g);
    for (size_t i = 0; i < g.listed_count; i++)
        ok &= place_members(&g, g.listed[i]);
    ok = ok && check_circles(&g) && check_containment(&g);
    if (ok) {
        prune_all(&g);
        ok = emit(&g);
    }
    map_release(&g.groups);
    return ok;
}
