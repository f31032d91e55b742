/* containment.c - see containment.h. */
#include "deployment/containment.h"

#include <stdlib.h>

#include "base/json.h"
#include "dsl/diagnostic_codes.h"

struct search {
    struct containment *containment;
    long *parent;    /* per entity */
    long *outermost; /* per entity that is a group: the outermost one around it */
    size_t *chain;   /* what is under way while going up */
    bool *is_going;  /* per entity: in the chain */
    bool *is_done;   /* in the order */
    size_t ordered;
    struct diagnostics *out;
};

bool containment_is_group(const struct containment *containment, size_t entity)
{
    return entity >= containment->plan->node_count;
}

long containment_find(const struct containment *containment, const char *name)
{
    const struct plan_node *node = plan_find_node(containment->plan, name);
    const struct entity *group = map_get(&containment->groups, name);
    return node ? (long)node->index : group ? (long)(group - containment->entities) : PLAN_NONE;
}

static long containing_relationship(const struct plan_node *node)
{
    for (size_t i = node->relationship_count; i; i--) {
        if (node->relationships[i - 1].type->is_contained_in)
            return (long)i - 1;
    }
    return PLAN_NONE;
}

static void add_nodes(struct containment *containment)
{
    const struct plan *plan = containment->plan;
    for (size_t i = 0; i < plan->node_count; i++)
        containment->entities[i] = (struct entity){
            .name = plan->nodes[i].id,
            .instance_count = plan->nodes[i].instance_count,
            .relationship = containing_relationship(&plan->nodes[i]),
        };
}

/* Those that a policy scales have `properties`; the others have one instance. */
static bool add_groups(struct search *search, const json_t *groups)
{
    struct containment *containment = search->containment;
    const char *name;
    json_t *group;
    json_object_foreach((json_t *)groups, name, group)
    {
        const json_t *properties = json_object_get(group, "properties");
        const json_t *count = json_object_get(properties, "current_instances");
        struct entity *entity = &containment->entities[containment->count++];
        *entity = (struct entity){
            .name = name,
            .instance_count = properties ? json_integer_value(count) : 1,
            .relationship = PLAN_NONE,
        };
        if (!map_set(&containment->groups, name, entity))
            return diagnostics_nomem(search->out);
        if (properties && (!json_is_integer(count) || json_integer_value(count) < 0))
            diagnostics_add(search->out, &code_instance_count, NULL, NULL,
                            "scaling group '%s': the number of its instances must be an integer "
                            "of 0 or more when the deployment is created",
                            name);
    }
    return true;
}

static void place_members(struct search *search, const json_t *groups)
{
    const char *name;
    json_t *group, *member;
    size_t i;
    json_object_foreach((json_t *)groups, name, group)
    {
        json_array_foreach(json_object_get(group, "members"), i, member)
        {
            long entity = containment_find(search->containment, json_string_value(member));
            if (entity != PLAN_NONE)
                search->parent[entity] = containment_find(search->containment, name);
        }
    }
}

static bool circle(const struct search *search, long entity)
{
    return diagnostics_add(search->out, &code_circular, NULL, NULL, "'%s' is contained in itself",
                           search->containment->entities[entity].name);
}

/* Fill in the outermost group around each group, itself where there is none. */
static bool find_outermost(struct search *search)
{
    for (size_t i = search->containment->plan->node_count; i < search->containment->count; i++) {
        long group = (long)i;
        size_t depth = 0;
        while (search->outermost[group] == PLAN_NONE && search->parent[group] != PLAN_NONE) {
            if (search->is_going[group])
                return circle(search, group);
            search->is_going[group] = true;
            search->chain[depth++] = (size_t)group;
            group = search->parent[group];
        }
        long outermost = search->outermost[group] == PLAN_NONE ? group : search->outermost[group];
        search->outermost[group] = outermost;
        while (depth) {
            search->is_going[search->chain[--depth]] = false;
            search->outermost[search->chain[depth]] = outermost;
        }
    }
    return true;
}

static bool two_containers(const struct search *search, long group, long one, long other)
{
    const struct entity *entities = search->containment->entities;
    return diagnostics_add(search->out, &code_scaling_group_containment, NULL, NULL,
                           "scaling group '%s': its members are contained in '%s' and in '%s': "
                           "they can be scaled together only in one container",
                           entities[group].name, entities[one].name, entities[other].name);
}

/* What nodes are contained in holds the groups that are around them. */
static void place_contained(struct search *search)
{
    const struct plan *plan = search->containment->plan;
    for (size_t i = 0; i < plan->node_count; i++) {
        long relationship = search->containment->entities[i].relationship;
        if (relationship == PLAN_NONE)
            continue;
        size_t container = plan->nodes[i].relationships[relationship].target;
        long group = search->parent[i];
        long *place = &search->parent[group == PLAN_NONE ? (long)i : search->outermost[group]];
        if (*place == PLAN_NONE)
            *place = (long)container;
        else if (*place != (long)container)
            two_containers(search, search->outermost[group], *place, (long)container);
    }
}

static void attach(struct search *search, size_t entity)
{
    struct containment *containment = search->containment;
    long parent = search->parent[entity];
    bool is_group = containment_is_group(containment, entity);
    forest_attach(containment->forest, entity, parent);
    containment->entities[entity].group = is_group ? (long)entity
                                          : parent == PLAN_NONE
                                              ? PLAN_NONE
                                              : containment->entities[parent].group;
    containment->order[search->ordered++] = entity;
    search->is_done[entity] = true;
}

/* Put `entity` into the order, after all that it is in. */
static bool order(struct search *search, size_t entity)
{
    size_t depth = 0;
    for (long e = (long)entity; e != PLAN_NONE && !search->is_done[e]; e = search->parent[e]) {
        if (search->is_going[e])
            return circle(search, e);
        search->is_going[e] = true;
        search->chain[depth++] = (size_t)e;
    }
    while (depth)
        attach(search, search->chain[--depth]);
    return true;
}

static bool fill(struct search *search)
{
    struct containment *containment = search->containment;
    const struct plan *plan = containment->plan;
    size_t errors = search->out->errors;
    add_nodes(containment);
    containment->count = plan->node_count;
    if (!add_groups(search, plan->scaling_groups) || !add_groups(search, plan->unscaled_groups))
        return false;
    for (size_t i = 0; i < containment->count; i++)
        search->parent[i] = search->outermost[i] = PLAN_NONE;
    place_members(search, plan->scaling_groups);
    place_members(search, plan->unscaled_groups);
    if (!find_outermost(search))
        return false;
    place_contained(search);
    for (size_t i = 0; i < containment->count && search->out->errors == errors; i++)
        order(search, i);
    return search->out->errors == errors;
}

struct containment *containment_new(const struct plan *plan, struct diagnostics *out)
{
    size_t count = plan->node_count + json_object_size(plan->scaling_groups) +
                   json_object_size(plan->unscaled_groups) + 1;
    struct containment *containment = calloc(1, sizeof *containment);
    struct search search = {
        .containment = containment,
        .parent = calloc(count, sizeof *search.parent),
        .outermost = calloc(count, sizeof *search.outermost),
        .chain = calloc(count, sizeof *search.chain),
        .is_going = calloc(count, 1),
        .is_done = calloc(count, 1),
        .out = out,
    };
    bool ok = containment;
    if (ok) {
        containment->plan = plan;
        containment->entities = calloc(count, sizeof *containment->entities);
        containment->forest = calloc(count, sizeof *containment->forest);
        containment->order = calloc(count, sizeof *containment->order);
        ok = containment->entities && containment->forest && containment->order && search.parent &&
             search.outermost && search.chain && search.is_going && search.is_done;
    }
    ok = ok ? fill(&search) : diagnostics_nomem(out);
    free(search.parent);
    free(search.outermost);
    free(search.chain);
    free(search.is_going);
    free(search.is_done);
    if (ok)
        return containment;
    containment_free(containment);
    return NULL;
}

void containment_free(struct containment *containment)
{
    if (!containment)
        return;
    map_release(&containment->groups);
    free(containment->entities);
    free(containment->forest);
    free(containment->order);
    free(containment);
}

long containment_common_group(const struct containment *containment, size_t a, size_t b)
{
    long common = forest_common(containment->forest, a, b);
    return common == FOREST_NONE ? PLAN_NONE : containment->entities[common].group;
}
