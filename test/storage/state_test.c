/* state_test.c - changes of node instances, each based on a version. */
#include "store_fixture.h"

static void test_instances(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    const char *id = f.instances->items[0]->id;
    json_int_t version = f.instances->items[0]->version;
    json_t *properties = json_pack("{s: i}", "pid", 7);
    struct instance_change change = {id, version, "started", properties, NULL};
    CHECK(instance_update(ds, &change, &err), "an instance is changed: %s", err.text);
    char expected[256];
    snprintf(expected, sizeof expected,
             "node instance '%s': the update is based on version %d, but the stored one is "
             "version %d",
             id, (int)version, (int)version + 1);
    CHECK(!instance_update(ds, &change, &err) && err.code == ERROR_CONFLICT,
          "not twice from one version");
    CHECK(!strcmp(err.text, expected), "says '%s'", err.text);
    error_clear(&err);
    change.id = "nobody";
    CHECK(!instance_update(ds, &change, &err) && err.code == ERROR_NOT_FOUND, "%s", err.text);

    error_clear(&err);
    change = (struct instance_change){id, version + 1, "stopped", NULL, NULL};
    CHECK(deployment_store_begin(ds, &err) && instance_update(ds, &change, &err), "a change");
    deployment_store_rollback(ds);
    struct instance_set *set = deployment_store_instances(ds, f.plan, &err);
    const struct node_instance *ni = set->items[0];
    CHECK(!strcmp(ni->state, "started") && ni->version == version + 1, "can be undone");
    CHECK(json_integer_at(ni->runtime_properties, "pid", 0) == 7, "what is not changed stays");
    instances_free(set);
    json_decref(properties);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_instances();
    return checks_done();
}
