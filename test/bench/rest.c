/* rest.c - load a deployment as an engine does before it runs anything, and print, as one line of
 * JSON, by how much that has made this process grow.
 */
#include <malloc.h>

#include "deployment/deployment.h"
#include "dsl/plan.h"
#include "process.h"
#include "storage/storage.h"

struct loaded {
    struct plan *plan;
    struct instance_set *instances;
};

/* The store is closed again: its cache has a bound of its own, whatever the deployment's size. */
static bool load(const char *directory, const char *id, struct loaded *loaded, struct error *err)
{
    struct store *store = store_open(directory, STORE_READ, err);
    struct deployment_store *ds = store ? deployment_open(store, id, STORE_READ, err) : NULL;
    loaded->plan = ds ? deployment_store_plan(ds, err) : NULL;
    loaded->instances = loaded->plan ? deployment_store_instances(ds, loaded->plan, err) : NULL;
    deployment_store_close(ds);
    store_close(store);
    return loaded->instances;
}

/* Memory that is freed but not yet given back would count, if malloc() were left to itself. */
static long resident_kb(void)
{
    malloc_trim(0);
    return process_kb(getpid(), "VmRSS");
}

int main(int argc, char **argv)
{
    struct loaded loaded = {0};
    struct error err = {0};
    if (argc != 3) {
        fputs("usage: rest STORE DEPLOYMENT\n", stderr);
        return 2;
    }
    long before = resident_kb();
    bool ok = load(argv[1], argv[2], &loaded, &err);
    if (ok)
        printf("{\"instances\": %zu, \"growth_kb\": %ld}\n", loaded.instances->count,
               resident_kb() - before);
    else
        fprintf(stderr, "rest: %s\n", err.text);
    instances_free(loaded.instances);
    plan_free(loaded.plan);
    return ok ? 0 : 1;
}
