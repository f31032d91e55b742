/* dependencies_test.c - which functions look into which other deployments. */
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "deployment/dependencies.h"
#include "dsl/blueprint.h"
#include "../dsl/diagnostics_text.h"

static const char BLUEPRINT[] = "test/data/blueprints/dependencies.yaml";

/* The number of entries with that identifier; `*last` is the last of them. */
static size_t count_of(const json_t *list, const char *identifier, const json_t **last)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        if (strcmp(json_string_at(entry, "function_identifier", ""), identifier) != 0)
            continue;
        count++;
        *last = entry;
    }
    return count;
}

static void test_output(const json_t *list)
{
    const json_t *entry = NULL;
    CHECK(count_of(list, "outputs.port.value.get_capability", &entry) == 1, "an output, once");
    json_t *expected = json_pack("[ss]", "base", "base");
    CHECK(json_equal(json_object_get(entry, "target_deployment"), expected), "names its target");
    CHECK(!json_object_size(json_object_get(entry, "context")), "and has no context");
    json_decref(expected);
}

static void test_relationship(const json_t *list, struct instance_set *set)
{
    static const char identifier[] =
        "nodes.server.cloudify.relationships.connected_to.establish.inputs.address.concat[1]."
        "get_capability";
    const json_t *entry = NULL;
    CHECK(count_of(list, identifier, &entry) == 2, "a relationship, once for each source");
    const json_t *context = json_object_get(entry, "context");
    const json_t *target = json_object_get(entry, "target_deployment");
    CHECK(json_is_null(json_array_get(target, 0)) && json_is_object(json_array_get(target, 1)),
          "a target that is not known yet is shown as it is written");
    CHECK(!strcmp(json_string_at(context, "source", "a"), json_string_at(context, "self", "b")),
          "SELF is the source");
    CHECK(instances_find(set, json_string_at(context, "target", "")), "the target is an instance");
}

static void test_operation(const json_t *list, struct instance_set *set)
{
    const json_t *entry = NULL;
    size_t count =
        count_of(list, "nodes.server.operations.check_port.inputs.port.get_capability", &entry);
    count += count_of(
        list,
        "nodes.server.operations.cloudify.interfaces.checks.check_port.inputs.port.get_capability",
        &entry);
    CHECK(count == 4, "an operation by both of its names, for each instance");
    CHECK(instances_find(set, json_string_at(json_object_get(entry, "context"), "self", "")),
          "whose id is SELF");
}

int main(void)
{
    struct diagnostics diagnostics = {0};
    struct plan *plan = blueprint_parse(BLUEPRINT, NULL, &diagnostics);
    bool ok = plan && plan_prepare(plan, NULL, NULL, &diagnostics);
    struct instance_set *set = ok ? instances_create(plan, &diagnostics) : NULL;
    json_t *list = set ? instances_dependencies(set) : NULL;
    struct strbuf text = STRBUF_INIT;
    diagnostics_write(&diagnostics, &text);
    if (CHECK(list, "%s has dependencies: %s", BLUEPRINT, text.text)) {
        test_output(list);
        test_relationship(list, set);
        test_operation(list, set);
    }
    strbuf_release(&text);
    json_decref(list);
    instances_free(set);
    plan_free(plan);
    diagnostics_release(&diagnostics);
    return checks_done();
}
