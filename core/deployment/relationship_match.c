/* relationship_match.c - see relationship_match.h. */
#include "deployment/relationship_match.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/strbuf.h"

/* What makes two relationships the same; no name has a line break. */
static bool write_key(struct strbuf *key, const struct plan *plan,
                      const struct plan_relationship *r)
{
    strbuf_truncate(key, 0);
    strbuf_addf(key, "%s\n%s", r->type->name, plan->nodes[r->target].id);
    return !key->failed;
}

/* Map each key to the first of its relationships plus one, and each of them to the next. */
static bool list(const struct plan *plan, const struct plan_node *node, struct map *first,
                 size_t *next, struct strbuf *key)
{
    for (size_t i = node->relationship_count; i; i--) {
        if (!write_key(key, plan, &node->relationships[i - 1]))
            return false;
        next[i - 1] = (uintptr_t)map_get(first, key->text);
        if (!map_set(first, key->text, (void *)(uintptr_t)i))
            return false;
    }
    return true;
}

bool relationships_match(const struct plan *old_plan, const struct plan_node *old,
                         const struct plan *new_plan, const struct plan_node *new, long *matches)
{
    struct map first = {0};
    struct strbuf key = STRBUF_INIT;
    size_t *next = calloc(new->relationship_count + 1, sizeof *next);
    bool ok = next && list(new_plan, new, &first, next, &key);
    for (size_t i = 0; ok && i < old->relationship_count; i++) {
        ok = write_key(&key, old_plan, &old->relationships[i]);
        size_t match = ok ? (uintptr_t)map_get(&first, key.text) : 0;
        matches[i] = match ? (long)match - 1 : PLAN_NONE;
        ok = ok && (!match || map_set(&first, key.text, (void *)(uintptr_t)next[match - 1]));
    }
    strbuf_release(&key);
    map_release(&first);
    free(next);
    return ok;
}
