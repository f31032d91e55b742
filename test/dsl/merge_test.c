/* merge_test.c - definitions of one thing in several files (dsl.md 2.6). */
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "dsl/blueprint.h"

static const char *target(const struct plan *plan, const char *node, size_t i)
{
    const struct plan_node *n = plan_find_node(plan, node);
    return i < n->relationship_count ? plan->nodes[n->relationships[i].target].id : "";
}

int main(void)
{
    struct diagnostics diagnostics = {0};
    struct plan *plan = blueprint_parse("test/data/blueprints/merged.yaml", NULL, &diagnostics);
    CHECK(plan, "definitions that complete each other are joined");
    if (!plan)
        return checks_done();
    CHECK(!strcmp(plan->nodes[0].id, "app") &&
              !strcmp(plan->nodes[0].type->name, "cloudify.nodes.Root"),
          "a node stands where it is first met");
    CHECK(!strcmp(target(plan, "app", 0), "db") && !strcmp(target(plan, "app", 1), "web"),
          "relationships stand in the order of merging");
    CHECK(!strcmp(target(plan, "web", 0), "db"), "they can be added to a node that has its own");
    const struct plan_workflow *workflow = plan_find_workflow(plan, "check");
    CHECK(!strcmp(workflow->function, "tasks.check") && workflow->is_cascading &&
              json_object_get(workflow->parameters, "deep") &&
              json_object_size(workflow->parameters) == 1,
          "of a workflow the first file's keys count");
    plan_free(plan);
    diagnostics_release(&diagnostics);
    return checks_done();
}
