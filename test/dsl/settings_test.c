/* settings_test.c - labels, tags and settings of a deployment (dsl.md 9). */
#include <stdlib.h>
#include <string.h>

#include "valid_plan.h"

static struct plan *prepared(void)
{
    struct diagnostics diagnostics = {0};
    struct plan *plan = valid_plan("test/data/blueprints/settings.yaml");
    CHECK(plan && plan_prepare(plan, NULL, NULL, &diagnostics), "it can be prepared");
    diagnostics_release(&diagnostics);
    return plan;
}

static void test_labels(void)
{
    struct plan *plan = prepared();
    check_json(plan->labels,
               "{\"team\":{\"values\":[\"blue\",\"fixed\"]},\"more\":{\"values\":[]}}",
               "labels are merged, the first wins, and evaluated");
    check_json(plan->blueprint_labels, "{\"kind\":{\"values\":[\"web\"]}}", "so is the blueprint");
    check_json(plan->resource_tags, "{\"owner\":{\"get_input\":\"team\"}}",
               "tags wait for the operations that use them");
    plan_free(plan);
}

static void test_settings(void)
{
    struct plan *plan = prepared();
    const json_t *schedules = json_object_get(plan->deployment_settings, "default_schedules");
    check_json(json_object_get(plan->deployment_settings, "display_name"), "\"teamblue\"",
               "settings are evaluated");
    check_json(json_object_get(schedules, "daily"),
               "{\"workflow\":\"install\",\"since\":\"2035-07-01 10:30:00\","
               "\"recurrence\":\"1 day\"}",
               "absolute times are kept in UTC");
    CHECK(!strcmp(json_string_at(json_object_get(schedules, "once"), "since", ""), "+1d +2 hours"),
          "relative times are kept as they are");
    plan_free(plan);
}

int main(void)
{
    test_labels();
    test_settings();
    return checks_done();
}
