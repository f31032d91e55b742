/* survivors.c - see survivors.h. */
#include "deployment/survivors.h"

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "deployment/group_instance.h"
#include "deployment/relationship_match.h"
#include "dsl/diagnostic_codes.h"

/* In the order of removal. */
enum hint { HINT_INCLUDE, HINT_NONE, HINT_EXCLUDE, HINT_COUNT };

static bool is_group(const struct survivors *s, size_t unit)
{
    return unit >= s->set->count;
}

static const struct group_instance *group_of(const struct survivors *s, size_t unit)
{
    return &s->set->groups[unit - s->set->count];
}

static int index_of(const struct survivors *s, size_t unit)
{
    return is_group(s, unit) ? group_of(s, unit)->index : s->set->items[unit]->index;
}

static long unit_of_group(const struct survivors *s, long group)
{
    return group == INSTANCE_NONE ? INSTANCE_NONE : (long)s->set->count + group;
}

/* ---- what they are of, and what they are in ---- */

static void place_units(struct survivors *s)
{
    const struct instance_set *set = s->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct node_instance *ni = set->items[i];
        s->entity[i] = containment_find(s->containment, instance_node(set, ni)->id);
        s->parent[i] = ni->group == INSTANCE_NONE ? ni->container : unit_of_group(s, ni->group);
    }
    for (size_t i = 0; i < set->group_count; i++) {
        const struct group_instance *group = &set->groups[i];
        size_t unit = set->count + i;
        s->entity[unit] = containment_find(s->containment, group->name);
        s->parent[unit] =
            group->parent == INSTANCE_NONE ? group->container : unit_of_group(s, group->parent);
    }
    for (size_t i = 0; i < s->count; i++) {
        s->now[i] = INSTANCE_NONE;
        s->hint[i] = HINT_NONE;
        s->first_in[i] = INSTANCE_NONE;
    }
}

static void sort_by_index(const struct survivors *s, size_t *units, size_t count)
{
    /* They are in order already, but for those of an old store. */
    for (size_t i = 1; i < count; i++) {
        size_t moved = units[i], j = i;
        for (; j && index_of(s, units[j - 1]) > index_of(s, moved); j--)
            units[j] = units[j - 1];
        units[j] = moved;
    }
}

static void list_by_entity(struct survivors *s)
{
    size_t *first = s->first_of_entity;
    /* Counted one place further on, so that filling leaves each start where it belongs. */
    for (size_t i = 0; i < s->count; i++) {
        if (s->entity[i] != PLAN_NONE)
            first[s->entity[i] + 2]++;
    }
    for (size_t i = 1; i < s->containment->count + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < s->count; i++) {
        if (s->entity[i] != PLAN_NONE)
            s->of_entity[first[s->entity[i] + 1]++] = i;
    }
    for (size_t i = 0; i < s->containment->count; i++) {
        size_t count = first[i + 1] - first[i];
        sort_by_index(s, s->of_entity + first[i], count);
        s->last_index[i] = count ? index_of(s, s->of_entity[first[i + 1] - 1]) : 0;
    }
}

/* ---- what shall become of them ---- */

static bool unknown_name(const struct survivors *s, const char *name, struct diagnostics *out)
{
    struct suggestion suggestion;
    struct strbuf hint = STRBUF_INIT;
    suggestion_init(&suggestion, name);
    for (size_t i = 0; i < s->containment->count; i++)
        suggestion_consider(&suggestion, s->containment->entities[i].name);
    if (suggestion.best)
        strbuf_addf(&hint, "did you mean '%s'?", suggestion.best);
    diagnostics_add(out, &code_unknown_entity, NULL, hint.length ? hint.text : NULL,
                    "'%s' is neither a node nor a scaling group", name);
    strbuf_release(&hint);
    return false;
}

/* The unit of `entity` that an id means: its own, or one of a node in that group instance. */
static long hinted_unit(const struct survivors *s, size_t entity, const char *id)
{
    long item = instances_index(s->set, id);
    long unit = item == INSTANCE_NONE ? unit_of_group(s, instances_group_index(s->set, id)) : item;
    if (unit != INSTANCE_NONE && s->entity[unit] == (long)entity)
        return unit;
    long group = item == INSTANCE_NONE ? INSTANCE_NONE : s->set->items[item]->group;
    while (group != INSTANCE_NONE && s->entity[unit_of_group(s, group)] != (long)entity)
        group = s->set->groups[group].parent;
    return unit_of_group(s, group);
}

static void set_hints(struct survivors *s, size_t entity, const char *const *ids, size_t count,
                      enum hint hint)
{
    for (size_t i = 0; i < count; i++) {
        long unit = hinted_unit(s, entity, ids[i]);
        if (unit != INSTANCE_NONE)
            s->hint[unit] = (unsigned char)hint;
    }
}

static bool apply(struct survivors *s, const struct instance_count_change *change,
                  struct diagnostics *out)
{
    long entity = containment_find(s->containment, change->name);
    if (entity == PLAN_NONE)
        return unknown_name(s, change->name, out);
    if (change->instances < 0)
        return diagnostics_add(out, &code_instance_count, NULL, NULL,
                               "'%s': the number of its instances must be 0 or more, not "
                               "%" JSON_INTEGER_FORMAT,
                               change->name, change->instances);
    s->wanted[entity] = change->instances;
    set_hints(s, (size_t)entity, change->exclude, change->exclude_count, HINT_EXCLUDE);
    set_hints(s, (size_t)entity, change->include, change->include_count, HINT_INCLUDE);
    return true;
}

/* ---- which of them stay ---- */

/* Sort the units of an entity by what they are in. */
static void bucket(struct survivors *s, size_t entity)
{
    if (s->bucketed)
        for (size_t i = s->first_of_entity[s->bucketed - 1]; i < s->first_of_entity[s->bucketed];
             i++) {
            long parent = s->parent[s->of_entity[i]];
            if (parent != INSTANCE_NONE)
                s->first_in[parent] = INSTANCE_NONE;
        }
    for (size_t i = s->first_of_entity[entity + 1]; i > s->first_of_entity[entity]; i--) {
        size_t unit = s->of_entity[i - 1];
        long parent = s->parent[unit];
        if (parent == INSTANCE_NONE)
            continue;
        s->next[unit] = s->first_in[parent];
        s->first_in[parent] = (long)unit;
    }
    s->bucketed = entity + 1;
}

/* All of `entity` that are in `parent`, into `chosen`. */
static size_t collect(struct survivors *s, size_t entity, long parent)
{
    size_t count = 0;
    if (parent == INSTANCE_NONE) {
        count = s->first_of_entity[entity + 1] - s->first_of_entity[entity];
        memcpy(s->chosen, s->of_entity + s->first_of_entity[entity], count * sizeof *s->chosen);
        return count;
    }
    if (s->bucketed != entity + 1)
        bucket(s, entity);
    for (long unit = s->first_in[parent]; unit != INSTANCE_NONE; unit = s->next[unit])
        s->chosen[count++] = (size_t)unit;
    return count;
}

/* Take `excess` of the `count` chosen units away; those with the highest index first. */
static size_t leave_out(struct survivors *s, size_t count, size_t excess)
{
    const size_t gone = s->count;
    for (int hint = 0; hint < HINT_COUNT; hint++) {
        for (size_t i = count; i && excess; i--) {
            size_t *unit = &s->chosen[i - 1];
            if (*unit == gone || s->hint[*unit] != hint)
                continue;
            *unit = gone;
            excess--;
        }
    }
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (s->chosen[i] != gone)
            s->chosen[left++] = s->chosen[i];
    }
    return left;
}

const size_t *survivors_choose(struct survivors *s, size_t entity, long parent, json_int_t *count,
                               size_t *chosen)
{
    size_t found = collect(s, entity, parent);
    if (s->wanted[entity] >= 0)
        *count = s->wanted[entity];
    else if (*count < (json_int_t)found)
        *count = (json_int_t)found;
    if ((json_int_t)found > *count)
        found = leave_out(s, found, found - (size_t)*count);
    *chosen = found;
    return s->chosen;
}

/* ---- what becomes of their relationships ---- */

static bool match_relationships(struct survivors *s)
{
    const struct plan *old_plan = s->set->plan, *new_plan = s->containment->plan;
    for (size_t n = 0; n < old_plan->node_count; n++) {
        const struct plan_node *old = &old_plan->nodes[n];
        const struct plan_node *new = plan_find_node(new_plan, old->id);
        long *matches = s->relationships + s->first_relationship[n];
        for (size_t i = 0; i < old->relationship_count; i++)
            matches[i] = new == old ? (long)i : PLAN_NONE;
        if (new &&new != old && !relationships_match(old_plan, old, new_plan, new, matches))
            return false;
    }
    return true;
}

static void note_targets(struct survivors *s, const struct node_instance *ni, const char *id)
{
    const struct plan_node *node = plan_find_node(s->containment->plan, id);
    for (size_t i = 0; node && i < ni->relationship_count; i++) {
        long relationship = survivors_relationship(s, ni, i);
        if (relationship == PLAN_NONE)
            continue;
        struct former_target *former =
            &s->targets[s->first_target[node->index] + (size_t)relationship];
        long target = (long)ni->relationships[i].target;
        if (former->target != INSTANCE_NONE && former->target != target)
            former->is_one = false;
        former->target = target;
    }
}

long survivors_relationship(const struct survivors *s, const struct node_instance *ni, size_t index)
{
    return s
        ->relationships[s->first_relationship[ni->node] + ni->relationships[index].relationship];
}

const struct former_target *survivors_target(const struct survivors *s, size_t node,
                                             size_t relationship)
{
    return &s->targets[s->first_target[node] + relationship];
}

/* Where the relationships of each node start among those of all nodes, and how many there are. */
static size_t *count_relationships(const struct plan *plan, size_t *total)
{
    size_t *first = calloc(plan->node_count + 1, sizeof *first);
    *total = 0;
    for (size_t i = 0; first && i < plan->node_count; i++) {
        first[i] = *total;
        *total += plan->nodes[i].relationship_count;
    }
    return first;
}

static bool follow_relationships(struct survivors *s)
{
    size_t old_total, new_total;
    s->first_relationship = count_relationships(s->set->plan, &old_total);
    s->first_target = count_relationships(s->containment->plan, &new_total);
    s->relationships = calloc(old_total + 1, sizeof *s->relationships);
    s->targets = calloc(new_total + 1, sizeof *s->targets);
    if (!s->first_relationship || !s->first_target || !s->relationships || !s->targets ||
        !match_relationships(s))
        return false;
    for (size_t i = 0; i < new_total; i++)
        s->targets[i] = (struct former_target){INSTANCE_NONE, true};
    for (size_t i = 0; i < s->set->count; i++)
        note_targets(s, s->set->items[i], instance_node(s->set, s->set->items[i])->id);
    return true;
}

/* ---- all of it ---- */

static bool allocate(struct survivors *s)
{
    size_t entities = s->containment->count;
    s->count = s->set->count + s->set->group_count;
    s->entity = calloc(s->count + 1, sizeof *s->entity);
    s->parent = calloc(s->count + 1, sizeof *s->parent);
    s->now = calloc(s->count + 1, sizeof *s->now);
    s->hint = calloc(s->count + 1, sizeof *s->hint);
    s->of_entity = calloc(s->count + 1, sizeof *s->of_entity);
    s->first_in = calloc(s->count + 1, sizeof *s->first_in);
    s->next = calloc(s->count + 1, sizeof *s->next);
    s->chosen = calloc(s->count + 1, sizeof *s->chosen);
    s->first_of_entity = calloc(entities + 2, sizeof *s->first_of_entity);
    s->last_index = calloc(entities + 1, sizeof *s->last_index);
    s->wanted = calloc(entities + 1, sizeof *s->wanted);
    return s->entity && s->parent && s->now && s->hint && s->of_entity && s->first_in && s->next &&
           s->chosen && s->first_of_entity && s->last_index && s->wanted;
}

struct survivors *survivors_new(const struct instance_set *set,
                                const struct containment *containment,
                                const struct instance_count_change *changes, size_t change_count,
                                struct diagnostics *out)
{
    struct survivors *s = calloc(1, sizeof *s);
    bool ok = s;
    if (ok) {
        s->set = set;
        s->containment = containment;
        ok = allocate(s);
    }
    if (ok) {
        place_units(s);
        list_by_entity(s);
        ok = follow_relationships(s);
    }
    if (!ok)
        diagnostics_nomem(out);
    for (size_t i = 0; ok && i < containment->count; i++)
        s->wanted[i] = -1;
    bool applied = ok;
    for (size_t i = 0; ok && i < change_count; i++)
        applied &= apply(s, &changes[i], out);
    if (applied)
        return s;
    survivors_free(s);
    return NULL;
}

void survivors_free(struct survivors *s)
{
    if (!s)
        return;
    free(s->entity);
    free(s->parent);
    free(s->now);
    free(s->hint);
    free(s->of_entity);
    free(s->first_in);
    free(s->next);
    free(s->chosen);
    free(s->first_of_entity);
    free(s->last_index);
    free(s->wanted);
    free(s->relationships);
    free(s->first_relationship);
    free(s->targets);
    free(s->first_target);
    free(s);
}
