/* limits_test.c - plans that ask for more instances than there can be: refused, and soon. */
#include <string.h>

#include "../check.h"
#include "../dsl/text_blueprint.h"
#include "deployment/deployment.h"

#define START "imports: [cloudify/types/types.yaml]\nnode_templates:\n"
#define NODE(name, count, relationships)                                                           \
    "  " name ": {type: cloudify.nodes.Root, instances: {deploy: " count                           \
    "}, relationships: [" relationships "]}\n"
#define IN(target) "{type: cloudify.relationships.contained_in, target: " target "}"
#define TO(target) "{type: cloudify.relationships.connected_to, target: " target "}"

static const struct {
    const char *what, *text, *expected;
} rows[] = {
    {"one node", START NODE("a", "1000000000", ""),
     "'a': with its instances the deployment has more than 1000000"},
    {"counts that multiply",
     START NODE("a", "200", "") NODE("b", "200", IN("a")) NODE("c", "200", IN("b")),
     "'c': with its instances the deployment has more than 1000000"},
    {"relationships of all to all", START NODE("a", "20000", "") NODE("b", "20000", TO("a")),
     "node 'b': with its relationship to 'a' the instances of the deployment have more than "
     "10000000"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct diagnostics out = {0};
        struct plan *plan = parse_text(5, rows[i].text, NULL, &out);
        bool ok = plan && plan_prepare(plan, NULL, NULL, &out);
        struct instance_set *set = ok ? instances_create(plan, &out) : NULL;
        CHECK(ok && !set && !strcmp(first_error(&out), rows[i].expected), "%s: %s", rows[i].what,
              first_error(&out));
        instances_free(set);
        plan_free(plan);
        diagnostics_release(&out);
    }
    return checks_done();
}
