/* groups_test.c - groups, policies and scaling groups in the plan (dsl.md 7). */
#include <stdlib.h>
#include <string.h>

#include "valid_plan.h"

static void test_groups(void)
{
    struct plan *plan = valid_plan("test/data/blueprints/groups.yaml");
    check_json(json_object_get(plan->groups, "inner"), "{\"members\":[\"app\"],\"policies\":{}}",
               "a member counts once");
    check_json(json_object_get(json_object_get(plan->groups, "plain"), "policies"),
               "{\"p\":{\"type\":\"watch\",\"properties\":{\"metric\":\"load\",\"limit\":5},"
               "\"triggers\":{\"t\":{\"type\":\"heal\",\"parameters\":{\"what\":\"all\"}}}}}",
               "policies and triggers are completed");
    check_json(json_object_get(plan->policy_triggers, "heal"),
               "{\"parameters\":{\"what\":{\"default\":\"all\"}},"
               "\"source\":\"heal.clj\"}",
               "types of triggers are kept");
    plan_free(plan);
}

static void test_scaling_groups(void)
{
    struct plan *plan = valid_plan("test/data/blueprints/groups.yaml");
    const json_t *outer = json_object_get(plan->scaling_groups, "outer");
    CHECK(json_object_size(plan->scaling_groups) == 2, "only what a policy targets is scaled");
    check_json(json_object_get(outer, "members"), "[\"host\",\"other\"]",
               "a group that is scaled through a container is no member of the outer one");
    CHECK(json_integer_at(json_object_get(outer, "properties"), "max_instances", 0) == -1,
          "unbounded is -1");
    struct diagnostics diagnostics = {0};
    CHECK(plan_prepare(plan, NULL, NULL, &diagnostics), "inputs are bound");
    outer = json_object_get(plan->scaling_groups, "outer");
    CHECK(json_integer_at(json_object_get(outer, "properties"), "current_instances", 0) == 3,
          "the later policy counts, its functions evaluated");
    diagnostics_release(&diagnostics);
    plan_free(plan);
}

static json_t *next_row(void *data, struct error *err)
{
    (void)err;
    struct plan *plan = data;
    return plan_node_row(plan, &plan->nodes[plan->node_count++]);
}

static void test_store(void)
{
    struct plan *plan = valid_plan("test/data/blueprints/groups.yaml");
    struct error err = {0};
    json_t *document = plan_document(plan);
    size_t count = plan->node_count;
    plan->node_count = 0; /* counts the rows that have been read */
    struct plan *again = plan_from_documents(document, next_row, plan, &err);
    CHECK(plan->node_count == count && again && json_equal(again->groups, plan->groups) &&
              json_equal(again->scaling_groups, plan->scaling_groups) &&
              json_equal(again->policy_types, plan->policy_types),
          "they are stored and read again");
    json_decref(document);
    plan_free(again);
    plan_free(plan);
}

int main(void)
{
    test_groups();
    test_scaling_groups();
    test_store();
    return checks_done();
}
