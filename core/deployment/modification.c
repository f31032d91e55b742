/* modification.c - see modification.h. */
#include "deployment/modification.h"

#include <stdlib.h>

#include "deployment/expansion.h"
#include "deployment/survivors.h"

/* ---- gathering a list ---- */

/* A change list under way. */
struct gathering {
    const struct instance_set *set;
    bool *is_shown, *is_changed; /* per instance */
    size_t *first, *count;       /* per instance: its relationships below */
    struct instance_relationship *relationships;
    size_t relationship_count, capacity;
};

static bool gathering_init(struct gathering *g, const struct instance_set *set)
{
    *g = (struct gathering){.set = set};
    g->is_shown = calloc(set->count + 1, 1);
    g->is_changed = calloc(set->count + 1, 1);
    g->first = calloc(set->count + 1, sizeof *g->first);
    g->count = calloc(set->count + 1, sizeof *g->count);
    return g->is_shown && g->is_changed && g->first && g->count;
}

static void gathering_release(struct gathering *g)
{
    free(g->is_shown);
    free(g->is_changed);
    free(g->first);
    free(g->count);
    free(g->relationships);
}

/* Show a relationship of `source`; those of one source come one after the other. */
static bool gather(struct gathering *g, size_t source, struct instance_relationship relationship)
{
    if (g->relationship_count == g->capacity) {
        size_t capacity = g->capacity ? g->capacity * 2 : 64;
        struct instance_relationship *grown = realloc(g->relationships, capacity * sizeof *grown);
        if (!grown)
            return false;
        g->relationships = grown;
        g->capacity = capacity;
    }
    if (!g->count[source]++)
        g->first[source] = g->relationship_count;
    g->relationships[g->relationship_count++] = relationship;
    g->is_shown[source] = true;
    return true;
}

/* Make the list; it takes the relationships. */
static bool finish(struct gathering *g, struct change_list *list)
{
    size_t shown = 0;
    for (size_t i = 0; i < g->set->count; i++)
        shown += g->is_shown[i];
    list->items = calloc(shown + 1, sizeof *list->items);
    if (!list->items)
        return false;
    list->relationships = g->relationships;
    g->relationships = NULL;
    for (size_t i = 0; i < g->set->count; i++) {
        if (g->is_shown[i])
            list->items[list->count++] = (struct changed_instance){
                .instance = i,
                .is_related = !g->is_changed[i],
                .relationships = list->relationships ? list->relationships + g->first[i] : NULL,
                .relationship_count = g->count[i],
            };
    }
    return true;
}

/* ---- instances that one of the two sets does not have ---- */

/* Show those that `is_changed` names, what contains them, and what is related to them. */
static bool gather_instances(struct gathering *g)
{
    for (size_t i = 0; i < g->set->count; i++) {
        const struct node_instance *ni = g->set->items[i];
        bool changed = g->is_changed[i];
        g->is_shown[i] |= changed;
        if (changed && ni->container != INSTANCE_NONE)
            g->is_shown[ni->container] = true;
        for (size_t j = 0; j < ni->relationship_count; j++) {
            size_t target = ni->relationships[j].target;
            if (!changed && !g->is_changed[target])
                continue;
            g->is_shown[target] = true;
            if (!gather(g, i, ni->relationships[j]))
                return false;
        }
    }
    return true;
}

static bool list_added(struct modification *m, const long *before)
{
    struct gathering g;
    bool ok = gathering_init(&g, m->instances);
    for (size_t i = 0; ok && i < m->instances->count; i++)
        g.is_changed[i] = before[i] == INSTANCE_NONE;
    ok = ok && gather_instances(&g) && finish(&g, &m->added);
    gathering_release(&g);
    return ok;
}

static bool list_removed(struct modification *m, const struct survivors *survivors)
{
    struct gathering g;
    bool ok = gathering_init(&g, m->previous);
    for (size_t i = 0; ok && i < m->previous->count; i++)
        g.is_changed[i] = survivors->now[i] == INSTANCE_NONE;
    ok = ok && gather_instances(&g) && finish(&g, &m->removed);
    gathering_release(&g);
    return ok;
}

/* ---- relationships of instances that stay ---- */

/* A relationship in terms of the new plan and set. */
struct translated {
    long relationship, target; /* either may be PLAN_NONE: it is not there */
    size_t index;              /* in the instance's relationships */
    bool is_matched;           /* the other side has it too */
};

struct comparison {
    struct gathering extended, reduced;
    const struct survivors *survivors;
};

static int compare_translated(const void *a, const void *b)
{
    const struct translated *x = a, *y = b;
    if (x->relationship != y->relationship)
        return x->relationship < y->relationship ? -1 : 1;
    return (x->target > y->target) - (x->target < y->target);
}

static void translate_old(const struct survivors *survivors, const struct node_instance *ni,
                          struct translated *out)
{
    for (size_t i = 0; i < ni->relationship_count; i++)
        out[i] = (struct translated){survivors_relationship(survivors, ni, i),
                                     survivors->now[ni->relationships[i].target], i, false};
    qsort(out, ni->relationship_count, sizeof *out, compare_translated);
}

static void translate_new(const struct node_instance *ni, struct translated *out)
{
    for (size_t i = 0; i < ni->relationship_count; i++)
        out[i] = (struct translated){(long)ni->relationships[i].relationship,
                                     (long)ni->relationships[i].target, i, false};
    qsort(out, ni->relationship_count, sizeof *out, compare_translated);
}

/* Mark what is on both sides, which are sorted. */
static void match(struct translated *old, size_t old_count, struct translated *new,
                  size_t new_count)
{
    size_t i = 0, j = 0;
    while (i < old_count && j < new_count) {
        int order = compare_translated(&old[i], &new[j]);
        if (!order)
            old[i].is_matched = new[j].is_matched = true;
        i += order <= 0;
        j += order >= 0;
    }
}

/* Show what the other side does not have. */
static bool gather_unmatched(struct gathering *g, size_t instance,
                             const struct translated *relationships, size_t count)
{
    const struct node_instance *ni = g->set->items[instance];
    for (size_t i = 0; i < count; i++) {
        if (relationships[i].is_matched)
            continue;
        g->is_changed[instance] = true;
        if (!gather(g, instance, ni->relationships[relationships[i].index]))
            return false;
    }
    return true;
}

static bool compare_instance(struct comparison *c, size_t before, size_t now)
{
    const struct node_instance *old = c->reduced.set->items[before];
    const struct node_instance *new = c->extended.set->items[now];
    size_t old_count = old->relationship_count, new_count = new->relationship_count;
    struct translated *translated = calloc(old_count + new_count + 1, sizeof *translated);
    if (!translated)
        return false;
    translate_old(c->survivors, old, translated);
    translate_new(new, translated + old_count);
    match(translated, old_count, translated + old_count, new_count);
    bool ok = gather_unmatched(&c->reduced, before, translated, old_count) &&
              gather_unmatched(&c->extended, now, translated + old_count, new_count);
    free(translated);
    return ok;
}

/* Show the targets too, but for those that are not in both sets. */
static void show_targets(struct gathering *g, const bool *is_elsewhere)
{
    for (size_t i = 0; i < g->set->count; i++) {
        for (size_t j = 0; g->is_changed[i] && j < g->count[i]; j++) {
            size_t target = g->relationships[g->first[i] + j].target;
            g->is_shown[target] |= is_elsewhere[target];
        }
    }
}

static bool compare_all(struct comparison *c, const long *before)
{
    size_t old_count = c->reduced.set->count, new_count = c->extended.set->count;
    bool *is_elsewhere = calloc(old_count + new_count + 1, 1);
    bool ok = is_elsewhere;
    for (size_t i = 0; ok && i < new_count; i++) {
        is_elsewhere[i] = before[i] != INSTANCE_NONE;
        if (is_elsewhere[i])
            ok = compare_instance(c, (size_t)before[i], i);
    }
    for (size_t i = 0; ok && i < old_count; i++)
        is_elsewhere[new_count + i] = c->survivors->now[i] != INSTANCE_NONE;
    if (ok) {
        show_targets(&c->extended, is_elsewhere);
        show_targets(&c->reduced, is_elsewhere + new_count);
    }
    free(is_elsewhere);
    return ok;
}

static bool list_relationships(struct modification *m, const struct survivors *survivors,
                               const long *before)
{
    struct comparison c = {.survivors = survivors};
    bool ok = gathering_init(&c.extended, m->instances);
    ok &= gathering_init(&c.reduced, m->previous);
    ok = ok && compare_all(&c, before) && finish(&c.extended, &m->extended) &&
         finish(&c.reduced, &m->reduced);
    gathering_release(&c.extended);
    gathering_release(&c.reduced);
    return ok;
}

/* ---- all of it ---- */

static bool list_changes(struct modification *m, const struct survivors *survivors)
{
    long *before = calloc(m->instances->count + 1, sizeof *before);
    bool ok = before;
    for (size_t i = 0; ok && i < m->instances->count; i++)
        before[i] = INSTANCE_NONE;
    for (size_t i = 0; ok && i < m->previous->count; i++) {
        if (survivors->now[i] != INSTANCE_NONE)
            before[survivors->now[i]] = (long)i;
    }
    ok = ok && list_added(m, before) && list_removed(m, survivors) &&
         list_relationships(m, survivors, before);
    free(before);
    return ok;
}

struct modification *modification_new(const struct instance_set *previous, const struct plan *plan,
                                      const struct instance_count_change *changes,
                                      size_t change_count, struct diagnostics *out)
{
    struct modification *m = calloc(1, sizeof *m);
    struct containment *containment = containment_new(plan, out);
    struct survivors *survivors = NULL;
    bool ok = false;
    if (!m)
        diagnostics_nomem(out);
    if (m && containment)
        survivors = survivors_new(previous, containment, changes, change_count, out);
    if (survivors) {
        m->previous = previous;
        m->instances = instances_expand(containment, survivors, out);
        ok = m->instances && (list_changes(m, survivors) || diagnostics_nomem(out));
    }
    survivors_free(survivors);
    containment_free(containment);
    if (ok)
        return m;
    modification_free(m);
    return NULL;
}

static void list_release(struct change_list *list)
{
    free(list->items);
    free(list->relationships);
}

void modification_free(struct modification *m)
{
    if (!m)
        return;
    instances_free(m->instances);
    list_release(&m->added);
    list_release(&m->removed);
    list_release(&m->extended);
    list_release(&m->reduced);
    free(m);
}
