/* instances_test.c - node instances: how many, how related, found and ordered. */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "deployment/deployment.h"
#include "dsl/blueprint.h"

static struct plan *plan_of(const char *blueprint)
{
    struct diagnostics diagnostics = {0};
    json_t *inputs = json_pack("{s:s}", "name", "web");
    struct plan *plan = blueprint_parse(blueprint, NULL, &diagnostics);
    CHECK(plan && plan_prepare(plan, inputs, NULL, &diagnostics), "%s can be deployed", blueprint);
    json_decref(inputs);
    diagnostics_release(&diagnostics);
    return plan;
}

static const size_t *of_node(struct instance_set *set, const char *id, size_t *count)
{
    return instances_of_node(set, plan_find_node(set->plan, id)->index, count);
}

static void test_create(struct instance_set *set)
{
    size_t hosts, applications, databases;
    const size_t *host = of_node(set, "host", &hosts);
    const size_t *application = of_node(set, "application", &applications);
    of_node(set, "database", &databases);
    CHECK(hosts == 2 && databases == 3, "as many as the blueprint says");
    CHECK(applications == 2, "what is contained is there once in each container");
    const struct node_instance *ni = set->items[application[1]];
    CHECK(ni->index == 2 && ni->version == 1 && !strcmp(ni->state, "uninitialized"), "fresh");
    CHECK(!strncmp(ni->id, "application_", 12) && strlen(ni->id) == 18, "id '%s'", ni->id);
    CHECK(ni->container == (long)host[1] && ni->host == (long)host[1], "in a host of its own");
    CHECK(set->items[host[0]]->host == (long)host[0], "a host hosts itself");
    CHECK(ni->relationship_count == 4, "one container and all databases are related");
}

static void test_find(const struct instance_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        CHECK(instances_find(set, set->items[i]->id) == set->items[i], "found by id");
        CHECK(instances_index(set, set->items[i]->id) == (long)i, "its index too");
    }
    CHECK(!instances_find(set, "web_1"), "an unknown id is not found");
}

static void test_restore(const struct plan *plan)
{
    struct error err = {0};
    struct instance_set *set = instances_new(plan, &err);
    struct node_instance stored = {.id = "host_2", .node = 0, .index = 2, .version = 7};
    stored.host = stored.container = stored.group = INSTANCE_NONE;
    CHECK(instances_add(set, &stored, &err), "a stored instance is added");
    CHECK(!instances_add(set, &stored, &err) &&
              !strcmp(err.text, "node instance 'host_2' exists already"),
          "only once: %s", err.text);
    error_clear(&err);
    stored.id = "host_1";
    stored.index = 1;
    instances_add(set, &stored, &err);
    for (int i = 0; i < 5; i++)
        CHECK(instances_relate(set, 0, 0, 1, &err), "a relationship is added");
    size_t count;
    const size_t *hosts = instances_of_node(set, 0, &count);
    CHECK(count == 2 && hosts[0] == 1 && hosts[1] == 0, "in the order of their index");
    CHECK(set->items[0]->version == 7, "with the version they had");
    instances_free(set);
}

int main(void)
{
    struct diagnostics diagnostics = {0};
    struct plan *plan = plan_of("test/data/blueprints/application.yaml");
    struct instance_set *set = instances_create(plan, &diagnostics);
    CHECK(set && diagnostics_ok(&diagnostics), "instances are made");
    test_create(set);
    test_find(set);
    test_restore(plan);
    instances_free(set);
    plan_free(plan);
    return checks_done();
}
