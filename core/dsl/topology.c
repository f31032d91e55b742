/* topology.c - what holds of all nodes together: no circles, and who hosts whom (dsl.md 6). */
#include <string.h>

#include "dsl/node_template.h"

enum { HOST_UNKNOWN = PLAN_NONE - 1 };

/* Whether following relationships from `node` leads back to it: states 1 under way, 2 done.
 * `chain` links the nodes under way, so that depth costs no stack. */
static bool find_circle(struct compiler *c, size_t start, unsigned char *state, size_t *chain,
                        size_t *next)
{
    struct plan *plan = c->plan;
    size_t depth = 0;
    if (state[start])
        return true;
    chain[0] = start;
    state[start] = 1;
    for (;;) {
        const struct plan_node *node = &plan->nodes[chain[depth]];
        if (next[node->index] == node->relationship_count) {
            state[node->index] = 2;
            if (!depth--)
                return true;
            continue;
        }
        size_t target = node->relationships[next[node->index]++].target;
        if (state[target] == 1) {
            const struct entry *entry = compiler_entry(c, SECTION_NODE_TEMPLATES, node->id);
            struct path above = {NULL, "node_templates", 0}, path = {&above, node->id, 0};
            return compiler_error(c, &code_circular, entry->at, &path, NULL,
                                  "node template '%s': its relationships lead back to itself "
                                  "through '%s'",
                                  node->id, plan->nodes[target].id);
        }
        if (!state[target]) {
            state[target] = 1;
            chain[++depth] = target;
        }
    }
}

bool check_node_circles(struct compiler *c)
{
    size_t count = c->plan->node_count;
    unsigned char *state = compiler_alloc(c, count);
    size_t *chain = compiler_alloc(c, (count + 1) * sizeof *chain);
    size_t *next = compiler_alloc(c, count * sizeof *next);
    if (!state || !chain || !next)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!find_circle(c, i, state, chain, next))
            return false;
    }
    return true;
}

/* What contains a node, or NULL. */
static struct plan_node *container_of(const struct plan *plan, const struct plan_node *node)
{
    struct plan_node *container = NULL;
    for (size_t i = 0; i < node->relationship_count; i++) {
        if (node->relationships[i].type->is_contained_in)
            container = &plan->nodes[node->relationships[i].target];
    }
    return container;
}

/* Up the containment chain, which has no circles, to the first host or to where it is known. */
static long host_above(const struct plan *plan, struct plan_node *node)
{
    while (node && node->host == HOST_UNKNOWN && !node->type->is_host)
        node = container_of(plan, node);
    if (!node)
        return PLAN_NONE;
    return node->host == HOST_UNKNOWN ? (long)node->index : node->host;
}

/* What is found holds for the whole way, so that no part of it is walked again. */
static void find_host(struct plan *plan, struct plan_node *node)
{
    long host = host_above(plan, node);
    for (; node && node->host == HOST_UNKNOWN; node = container_of(plan, node)) {
        node->host = host;
        if (node->type->is_host) /* what contains it has a host of its own */
            return;
    }
}

static bool check_hosted(struct compiler *c, const struct plan_node *node,
                         const struct operation_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        if (node->host != PLAN_NONE || !operation->plugin ||
            strcmp(operation->executor, "host_agent"))
            continue;
        const struct entry *entry = compiler_entry(c, SECTION_NODE_TEMPLATES, node->id);
        struct path above = {NULL, "node_templates", 0}, path = {&above, node->id, 0};
        return compiler_error(c, &code_host_agent_without_host, entry->at, &path,
                              "contain it in a node of a type derived from cloudify.nodes.Compute",
                              "node template '%s': operation '%s' runs on a host, but it has none",
                              node->id, operation->name);
    }
    return true;
}

bool find_hosts(struct compiler *c)
{
    struct plan *plan = c->plan;
    bool ok = true;
    for (size_t i = 0; i < plan->node_count; i++)
        plan->nodes[i].host = HOST_UNKNOWN;
    for (size_t i = 0; i < plan->node_count; i++)
        find_host(plan, &plan->nodes[i]);
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        ok &= check_hosted(c, node, node->operations);
        for (size_t j = 0; j < node->relationship_count; j++) {
            const struct plan_relationship *r = &node->relationships[j];
            ok &= check_hosted(c, node, r->source_operations) &&
                  check_hosted(c, &plan->nodes[r->target], r->target_operations);
        }
    }
    return ok;
}
