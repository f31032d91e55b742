/* expansion.c - see expansion.h. */
#include "deployment/expansion.h"

#include <stdlib.h>

#include "base/ids.h"
#include "base/strbuf.h"
#include "deployment/group_instance.h"
#include "deployment/survivors.h"
#include "dsl/diagnostic_codes.h"

/* Far below the 36^6 ids that there can be, so that a free one is found at once. */
enum { SUFFIX_LENGTH = 6, INSTANCE_LIMIT = 1000 * 1000 };

/* Where an instance is, by what its unit is in. */
struct position {
    long group, container; /* as in struct node_instance */
};

static struct position position_in(const struct expansion *e, long parent)
{
    if (parent == INSTANCE_NONE)
        return (struct position){INSTANCE_NONE, INSTANCE_NONE};
    size_t at = e->units[parent].at;
    if (containment_is_group(e->containment, e->units[parent].entity))
        return (struct position){(long)at, e->set->groups[at].container};
    return (struct position){INSTANCE_NONE, (long)at};
}

static bool add_unit(struct expansion *e, struct unit unit, long parent)
{
    if (e->count == e->capacity) {
        size_t capacity = e->capacity ? e->capacity * 2 : 64;
        struct unit *units = realloc(e->units, capacity * sizeof *units);
        if (units)
            e->units = units;
        struct forest_node *forest = realloc(e->forest, capacity * sizeof *forest);
        if (forest)
            e->forest = forest;
        if (!units || !forest)
            return false;
        e->capacity = capacity;
    }
    e->units[e->count] = unit;
    forest_attach(e->forest, e->count++, parent);
    if (e->survivors && unit.previous != INSTANCE_NONE)
        e->survivors->now[unit.previous] = (long)unit.at;
    return true;
}

/* The ids of instances that stay and of those that go are taken too. */
static bool is_taken(const struct expansion *e, const char *id)
{
    const struct instance_set *before = e->survivors ? e->survivors->set : NULL;
    return map_has(&e->set->by_id, id) || map_has(&e->set->group_by_id, id) ||
           (before && (map_has(&before->by_id, id) || map_has(&before->group_by_id, id)));
}

static bool make_id(const struct expansion *e, const char *name, struct strbuf *id)
{
    char suffix[SUFFIX_LENGTH + 1];
    do {
        id_suffix(suffix, SUFFIX_LENGTH);
        strbuf_truncate(id, 0);
        strbuf_addf(id, "%s_%s", name, suffix);
    } while (!id->failed && is_taken(e, id->text));
    return !id->failed;
}

/* A group instance as it was, or a new one. */
static bool add_group(struct expansion *e, struct group_instance *group, long parent, long previous)
{
    struct position position = position_in(e, parent);
    struct error err = {0};
    group->parent = position.group;
    group->container = position.container;
    struct unit unit = {(size_t)containment_find(e->containment, group->name), e->set->group_count,
                        previous};
    return instances_add_group(e->set, group, &err) && add_unit(e, unit, parent);
}

static bool add_instance(struct expansion *e, struct node_instance *ni, long parent, long previous)
{
    struct position position = position_in(e, parent);
    struct error err = {0};
    ni->group = position.group;
    ni->container = position.container;
    ni->host = ni->container == INSTANCE_NONE ? INSTANCE_NONE : e->set->items[ni->container]->host;
    if (ni->host == INSTANCE_NONE && e->containment->plan->nodes[ni->node].type->is_host)
        ni->host = (long)e->set->count;
    struct unit unit = {ni->node, e->set->count, previous};
    return instances_add(e->set, ni, &err) && add_unit(e, unit, parent);
}

static bool keep(struct expansion *e, size_t entity, size_t previous, long parent)
{
    const struct instance_set *before = e->survivors->set;
    if (containment_is_group(e->containment, entity)) {
        struct group_instance group = before->groups[previous - before->count];
        return add_group(e, &group, parent, (long)previous);
    }
    struct node_instance ni = *before->items[previous];
    ni.node = entity;
    ni.relationships = NULL; /* They are made anew. */
    ni.relationship_count = 0;
    return add_instance(e, &ni, parent, (long)previous);
}

static bool make(struct expansion *e, size_t entity, int index, long parent)
{
    const char *name = e->containment->entities[entity].name;
    struct strbuf id = STRBUF_INIT;
    struct group_instance group = {.name = (char *)name, .index = index};
    struct node_instance ni = {.node = entity, .index = index, .version = 1};
    bool ok = make_id(e, name, &id);
    group.id = ni.id = id.text;
    if (ok && containment_is_group(e->containment, entity))
        ok = add_group(e, &group, parent, INSTANCE_NONE);
    else
        ok = ok && add_instance(e, &ni, parent, INSTANCE_NONE);
    strbuf_release(&id);
    return ok || diagnostics_nomem(e->out);
}

static bool too_many(struct expansion *e, size_t entity)
{
    return diagnostics_add(e->out, &code_limit, NULL, NULL,
                           "'%s': with its instances the deployment has more than %d",
                           e->containment->entities[entity].name, INSTANCE_LIMIT);
}

/* The instances of `entity` in one unit, or those that are in nothing. */
static bool fill_one(struct expansion *e, size_t entity, long parent, int *last_index)
{
    json_int_t count = e->containment->entities[entity].instance_count;
    long before = parent == INSTANCE_NONE ? INSTANCE_NONE : e->units[parent].previous;
    const size_t *kept = NULL;
    size_t kept_count = 0;
    if (e->survivors && (parent == INSTANCE_NONE || before != INSTANCE_NONE))
        kept = survivors_choose(e->survivors, entity, before, &count, &kept_count);
    else if (e->survivors && e->survivors->wanted[entity] >= 0)
        count = e->survivors->wanted[entity];
    if (count > INSTANCE_LIMIT - (json_int_t)e->count)
        return too_many(e, entity);
    for (size_t i = 0; i < kept_count; i++) {
        if (!keep(e, entity, kept[i], parent))
            return diagnostics_nomem(e->out);
    }
    for (json_int_t i = (json_int_t)kept_count; i < count; i++) {
        if (!make(e, entity, ++*last_index, parent))
            return false;
    }
    return true;
}

static bool fill_entity(struct expansion *e, size_t entity)
{
    long container = e->containment->forest[entity].parent;
    int last_index = e->survivors ? e->survivors->last_index[entity] : 0;
    size_t first = e->count;
    bool ok = true;
    if (container == FOREST_NONE)
        ok = fill_one(e, entity, INSTANCE_NONE, &last_index);
    for (size_t i = 0; container != FOREST_NONE && ok && i < e->spans[container].count; i++)
        ok = fill_one(e, entity, (long)(e->spans[container].first + i), &last_index);
    e->spans[entity] = (struct span){first, e->count - first};
    return ok;
}

struct instance_set *instances_expand(const struct containment *containment,
                                      struct survivors *survivors, struct diagnostics *out)
{
    struct error err = {0};
    struct expansion e = {
        .containment = containment,
        .set = instances_new(containment->plan, &err),
        .spans = calloc(containment->count + 1, sizeof *e.spans),
        .survivors = survivors,
        .out = out,
    };
    bool ok = (e.set && e.spans) || diagnostics_nomem(out);
    for (size_t i = 0; ok && i < containment->count; i++)
        ok = fill_entity(&e, containment->order[i]);
    ok = ok && expansion_connect(&e);
    free(e.units);
    free(e.forest);
    free(e.spans);
    if (ok)
        return e.set;
    instances_free(e.set);
    return NULL;
}

struct instance_set *instances_create(const struct plan *plan, struct diagnostics *out)
{
    struct containment *containment = containment_new(plan, out);
    struct instance_set *set = containment ? instances_expand(containment, NULL, out) : NULL;
    containment_free(containment);
    return set;
}
