/* store_fixture.h - a store for one test, and the plan and instances of a deployment to be made. */
#ifndef CLOUDIFY_TEST_STORAGE_STORE_FIXTURE_H
#define CLOUDIFY_TEST_STORAGE_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/files.h"
#include "base/json.h"
#include "dsl/blueprint.h"
#include "storage/storage_internal.h"

static const char blueprint_text[] =
    "tosca_definitions_version: cloudify_dsl_1_4\n"
    "inputs:\n"
    "  port: {default: 80}\n"
    "node_types:\n"
    "  host: {}\n"
    "  app: {}\n"
    "relationships:\n"
    "  cloudify.relationships.contained_in: {}\n"
    "node_templates:\n"
    "  app:\n"
    "    type: app\n"
    "    relationships:\n"
    "      - {type: cloudify.relationships.contained_in, target: host}\n"
    "  host: {type: host}\n";

/* A directory with a blueprint's folder, a store, and what a deployment is made of. */
struct fixture {
    char directory[32];
    char *folder, *store_path;
    struct store *store;
    struct plan *plan;
    struct instance_set *instances;
    json_t *parameters;
    struct execution_record execution;
    struct deployment_record record;
};

/** Remove all of it. */
static inline void fixture_release(struct fixture *f)
{
    struct error err = {0};
    store_close(f->store);
    instances_free(f->instances);
    plan_free(f->plan);
    json_decref(f->parameters);
    tree_remove(f->directory, &err);
    free(f->folder);
    free(f->store_path);
}

/** @return whether it stands; if not, that is a failure */
static inline bool fixture_init(struct fixture *f)
{
    struct error err = {0};
    struct diagnostics found = {0};
    memset(f, 0, sizeof *f);
    strcpy(f->directory, "/tmp/store_test_XXXXXX");
    if (!mkdtemp(f->directory))
        return false;
    f->folder = path_join(f->directory, "web");
    f->store_path = path_join(f->directory, "deep/store");
    char *file = path_join(f->folder, "blueprint.yaml");
    directory_make(f->folder, 0700, &err);
    file_write(file, blueprint_text, sizeof blueprint_text - 1, 0600, &err);
    f->plan = blueprint_parse(file, NULL, &found);
    free(file);
    bool ok = f->plan && plan_prepare(f->plan, NULL, NULL, &found) &&
              (f->instances = instances_create(f->plan, &found)) &&
              (f->store = store_open(f->store_path, STORE_WRITE, &err));
    diagnostics_to_error(&found, NULL, &err);
    diagnostics_release(&found);
    f->parameters = json_pack("{s: b}", "force", 1);
    f->execution = (struct execution_record){
        .id = "e1", .workflow_id = "install", .parameters = f->parameters};
    f->record = (struct deployment_record){.id = "web",
                                           .blueprint_id = "web-blueprint",
                                           .folder = f->folder,
                                           .main_file = "blueprint.yaml",
                                           .plan = f->plan,
                                           .instances = f->instances,
                                           .execution = &f->execution};
    if (!CHECK(ok, "the fixture stands: %s", err.text))
        fixture_release(f);
    return ok;
}

/** The path of a file of the store; new. */
static inline char *below(const struct fixture *f, const char *path)
{
    return path_join(f->store_path, path);
}

static inline bool exists_below(const struct fixture *f, const char *path)
{
    char *whole = below(f, path);
    bool found = file_exists(whole);
    free(whole);
    return found;
}

/** Whether the status of the execution `id` is `status`. */
static inline bool status_is(struct deployment_store *ds, const char *id, const char *status)
{
    struct error err = {0};
    json_t *record = execution_get(ds, id, &err);
    bool same = !strcmp(json_string_at(record, "status", err.text), status);
    if (!same)
        printf("# status is '%s'\n", json_string_at(record, "status", err.text));
    json_decref(record);
    return same;
}

/* Let the table of events be what it was up to version 9. */
static inline bool fixture_make_counted_events(struct database *db, struct error *err)
{
    return database_run(db, err, "DROP TABLE events", "") &&
           database_run(db, err, "DROP TABLE event_contexts", "") &&
           database_run(db, err,
                        "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, execution_id"
                        " TEXT REFERENCES executions (id), record TEXT NOT NULL)",
                        "");
}

#endif
