/* topology_test.c - hosts of nodes and circles among them, also in long chains (dsl.md 6). */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/strbuf.h"
#include "text_blueprint.h"

#define TYPES                                                                                      \
    "imports: [cloudify/types/types.yaml]\n"                                                       \
    "node_types: {H: {derived_from: cloudify.nodes.Compute}}\nnode_templates:\n"
#define IN(name, type, target)                                                                     \
    "  " name ": {type: " type ", relationships: [{type: cloudify.relationships.contained_in, "    \
    "target: " target "}]}\n"
#define ROOT "cloudify.nodes.Root"

static const char *host_of(const struct plan *plan, const char *id)
{
    const struct plan_node *node = plan_find_node(plan, id);
    return node->host == PLAN_NONE ? "none" : plan->nodes[node->host].id;
}

static void test_hosts(void)
{
    static const struct {
        const char *node, *host;
    } rows[] = {{"outer", "outer"}, {"inner", "inner"}, {"web", "inner"}, {"app", "inner"},
                {"db", "outer"},    {"net", "none"},    {"sub", "none"}};
    struct diagnostics out = {0};
    struct plan *plan =
        parse_text(5,
                   TYPES IN("app", ROOT, "web") IN("web", ROOT, "inner") IN("inner", "H", "outer")
                       IN("db", ROOT, "outer") "  outer: {type: H}\n  net: {type: " ROOT
                                               "}\n" IN("sub", ROOT, "net"),
                   NULL, &out);
    CHECK(plan, "a host may be in a host %s", first_error(&out));
    for (size_t i = 0; plan && i < sizeof rows / sizeof *rows; i++)
        CHECK(!strcmp(host_of(plan, rows[i].node), rows[i].host), "the host of %s is %s",
              rows[i].node, rows[i].host);
    plan_free(plan);
    diagnostics_release(&out);
}

/* Deep enough that a walk by recursion would overflow the stack, and one of quadratic time last. */
static void test_chain(const char *relationship)
{
    enum { DEPTH = 100000 };
    struct diagnostics out = {0};
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, TYPES);
    for (int i = 0; i < DEPTH; i++)
        strbuf_addf(&text,
                    "  n%d: {type: " ROOT ", relationships: [{type: cloudify.relationships.%s, "
                    "target: n%d}]}\n",
                    i, relationship, i + 1);
    strbuf_addf(&text, "  n%d: {type: H}\n", DEPTH);
    struct plan *plan = parse_text(5, text.text, NULL, &out);
    CHECK(plan && plan->node_count == DEPTH + 1, "a chain of %s %s", relationship,
          first_error(&out));
    plan_free(plan);
    strbuf_release(&text);
    diagnostics_release(&out);
}

int main(void)
{
    test_hosts();
    test_chain("contained_in");
    test_chain("connected_to");
    return checks_done();
}
