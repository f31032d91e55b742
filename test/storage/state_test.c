/* state_test.c - changes of node instances, each based on a version. */
#include "store_fixture.h"

static const struct node_instance *first(struct deployment_store *ds, const struct fixture *f,
                                         struct instance_set **set)
{
    struct error err = {0};
    instances_free(*set);
    *set = deployment_store_instances(ds, f->plan, &err);
    return (*set)->items[0];
}

/* Several changes in one transaction. */
static void test_together(struct deployment_store *ds, const struct fixture *f, const char *id,
                          json_int_t version)
{
    struct error err = {0};
    struct instance_set *set = NULL;
    json_t *properties = json_pack("{s: i}", "pid", 8), *system = json_pack("{s: b}", "ok", 1);
    const struct instance_change changes[] = {{id, version, "stopping", NULL, NULL},
                                              {id, version + 1, NULL, properties, NULL},
                                              {id, version + 2, NULL, NULL, system},
                                              {id, version + 3, "stopped", NULL, NULL}};
    bool ok = deployment_store_begin(ds, &err);
    for (size_t i = 0; i < 4; i++)
        ok = ok && instance_update(ds, &changes[i], &err);
    CHECK(ok, "an instance is changed four times: %s", err.text);
    CHECK(!instance_update(ds, &changes[3], &err) && err.code == ERROR_CONFLICT,
          "each based on the one before: %s", err.text);
    error_clear(&err);
    const struct node_instance *ni = first(ds, f, &set);
    CHECK(!strcmp(ni->state, "stopped") && ni->version == version + 4,
          "who reads in the transaction finds the last of them");
    CHECK(deployment_store_commit(ds, &err), "they are committed: %s", err.text);
    ni = first(ds, f, &set);
    CHECK(!strcmp(ni->state, "stopped") && ni->version == version + 4 &&
              json_equal(ni->runtime_properties, properties) &&
              json_equal(ni->system_properties, system),
          "and stand together");
    const struct instance_change early = {id, version, "started", NULL, NULL};
    CHECK(deployment_store_begin(ds, &err) && instance_update(ds, &early, &err) &&
              !deployment_store_commit(ds, &err) && err.code == ERROR_CONFLICT,
          "what is based on another version is not: %s", err.text);
    CHECK(first(ds, f, &set)->version == version + 4, "nothing has changed");
    instances_free(set);
    json_decref(properties);
    json_decref(system);
}

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
    test_together(ds, &f, id, version + 1);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_instances();
    return checks_done();
}
