/* deployment_store_test.c - deployments are made whole or not at all, renewed and removed. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"

/* ---- whole life ---- */

static void check_same_plan(struct fixture *f, struct deployment_store *ds)
{
    struct error err = {0};
    struct plan *plan = deployment_store_plan(ds, &err);
    CHECK(plan, "the plan is loaded: %s", err.text);
    json_t *before = plan_to_json(f->plan), *after = plan_to_json(plan);
    CHECK(json_equal(before, after), "as it was");
    struct instance_set *set = deployment_store_instances(ds, plan, &err);
    CHECK(set && set->count == f->instances->count, "and the instances: %s", err.text);
    for (size_t i = 0; set && i < set->count; i++) {
        json_t *was = node_instance_to_json(f->instances, f->instances->items[i]);
        json_t *is = node_instance_to_json(set, set->items[i]);
        CHECK(json_equal(was, is), "instance '%s' as it was", set->items[i]->id);
        CHECK(set->items[i]->host == f->instances->items[i]->host &&
                  set->items[i]->container == f->instances->items[i]->container,
              "with its host and container");
        json_decref(was);
        json_decref(is);
    }
    instances_free(set);
    plan_free(plan);
    json_decref(before);
    json_decref(after);
}

static void test_create_and_reopen(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct stat info;
    CHECK(stat(f.store_path, &info) == 0 && (info.st_mode & 0777) == 0700, "a store is private");
    char *catalog = below(&f, "catalog.db");
    CHECK(stat(catalog, &info) == 0 && (info.st_mode & 0777) == 0600, "and so is its catalog");
    free(catalog);
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    CHECK(ds, "a deployment is made: %s", err.text);
    char *copy = path_join(deployment_store_resources(ds), "blueprint.yaml");
    CHECK(file_exists(copy), "with a copy of the blueprint's folder");
    CHECK(directory_exists(deployment_store_workdir(ds)), "and a work directory");
    free(copy);
    CHECK(status_is(ds, "e1", "pending"), "and its first execution");
    CHECK(!deployment_create(f.store, &f.record, &err) && err.code == ERROR_EXISTS,
          "its id is taken: %s", err.text);
    deployment_store_close(ds);
    store_close(f.store);

    error_clear(&err);
    f.store = store_open(f.store_path, STORE_READ, &err);
    json_t *ids = store_deployments(f.store, &err);
    CHECK(json_array_size(ids) == 1, "after reopening it is listed: %s", err.text);
    json_decref(ids);
    ds = deployment_open(f.store, "web", STORE_READ, &err);
    CHECK(ds, "and opened: %s", err.text);
    check_same_plan(&f, ds);
    json_t *about = deployment_store_info(ds, &err);
    CHECK(!strcmp(json_string_at(about, "blueprint_id", ""), "web-blueprint") &&
              json_integer_at(json_object_get(about, "inputs"), "port", 0) == 80,
          "it knows its blueprint and inputs");
    json_decref(about);
    char *found = store_find_execution(f.store, "e1", &err);
    CHECK(found && !strcmp(found, "web"), "an execution leads to its deployment");
    free(found);
    CHECK(!store_find_execution(f.store, "e9", &err) && err.code == ERROR_NOT_FOUND, "%s",
          err.text);
    deployment_store_close(ds);
    fixture_release(&f);
}

static void test_renew_and_remove(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    char record[] = "{\"type\":\"cloudify_event\"}";
    CHECK(events_add(ds, "e1", NULL, record, 1, &err), "an event is kept: %s", err.text);
    char *old = strdup(deployment_store_resources(ds));
    f.execution.id = "e2";
    f.record.blueprint_id = "other";
    CHECK(deployment_renew(f.store, ds, &f.record, &err), "a deployment starts anew: %s", err.text);
    CHECK(!directory_exists(old) && directory_exists(deployment_store_resources(ds)),
          "with another copy of the folder in place of the old one");
    CHECK(!strcmp(deployment_store_blueprint_id(ds), "other"), "and another blueprint");
    json_t *executions = executions_list(ds, &err);
    CHECK(json_array_size(executions) == 2, "its history is kept");
    check_same_plan(&f, ds);

    CHECK(!deployment_remove(f.store, "web", &err) && err.code == ERROR_BUSY,
          "it is not removed under its engine: %s", err.text);
    deployment_store_close(ds);
    error_clear(&err);
    CHECK(deployment_remove(f.store, "web", &err), "later it is: %s", err.text);
    CHECK(!exists_below(&f, "deployments/web"), "with all its files");
    CHECK(!deployment_open(f.store, "web", STORE_READ, &err) &&
              !strcmp(err.text, "there is no deployment 'web'"),
          "and it is unknown then: %s", err.text);
    json_decref(executions);
    free(old);
    fixture_release(&f);
}

static bool add_plugin(void *data, const char *copy, struct error *err)
{
    const struct fixture *f = data;
    CHECK(!store_has_deployment(f->store, "web", err), "files are added before it counts");
    char *path = path_join(copy, "plugin");
    bool ok = file_write(path, "", 0, 0600, err);
    free(path);
    return ok;
}

static bool refuse_plugin(void *data, const char *copy, struct error *err)
{
    (void)data, (void)copy;
    return error_set(err, ERROR_INVALID, "no such plugin");
}

static void test_added_files(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    f.record.add_files = refuse_plugin;
    CHECK(!deployment_create(f.store, &f.record, &err) && !strcmp(err.text, "no such plugin") &&
              !exists_below(&f, "deployments/web"),
          "without what it needs there is no deployment: %s", err.text);
    error_clear(&err);
    f.record.add_files = add_plugin;
    f.record.add_files_data = &f;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    char *path = path_join(deployment_store_resources(ds), "plugin");
    CHECK(file_exists(path), "with it there is: %s", err.text);
    free(path);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* ---- crashes ---- */

/* What a crash between state.db and the catalog leaves is a deployment without a row. */
static void test_crash_before_commit(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    deployment_store_close(deployment_create(f.store, &f.record, &err));
    CHECK(database_run(f.store->catalog, &err, "DELETE FROM deployments", ""), "a crash");
    CHECK(!store_has_deployment(f.store, "web", &err) &&
              !deployment_open(f.store, "web", STORE_WRITE, &err) && err.code == ERROR_NOT_FOUND,
          "leaves no deployment");
    error_clear(&err);
    f.record.id = "next";
    deployment_store_close(deployment_create(f.store, &f.record, &err));
    CHECK(!err.code && !exists_below(&f, "deployments/web"), "the next creation cleans up: %s",
          err.text);
    f.record.id = "web";
    deployment_store_close(deployment_create(f.store, &f.record, &err));
    CHECK(!err.code && exists_below(&f, "deployments/web/state.db"), "and the id is free: %s",
          err.text);
    CHECK(exists_below(&f, "deployments/next/state.db"), "others are left alone");
    fixture_release(&f);
}

/* From now on transactions that insert into `table` fail when they are committed. */
static void break_commits(struct database *db, const char *table, struct error *err)
{
    char trigger[200];
    snprintf(trigger, sizeof trigger,
             "CREATE TRIGGER broken AFTER INSERT ON %s BEGIN INSERT INTO broken VALUES (7); END",
             table);
    CHECK(database_run(db, err, "CREATE TABLE whole (id INTEGER PRIMARY KEY)", "") &&
              database_run(db, err,
                           "CREATE TABLE broken (id REFERENCES whole (id)"
                           " DEFERRABLE INITIALLY DEFERRED)",
                           "") &&
              database_run(db, err, trigger, ""),
          "commits are broken: %s", err->text);
}

static size_t count_copies(const struct fixture *f)
{
    size_t count = 0;
    char *path = below(f, "deployments/web");
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        count += !strncmp(entry->d_name, "blueprint-", 10);
    if (directory)
        closedir(directory);
    free(path);
    return count;
}

/* What could not be committed for sure may be found in SQLite's log later on. */
static void test_doubtful_commit(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    break_commits(f.store->catalog, "deployments", &err);
    CHECK(!deployment_create(f.store, &f.record, &err), "a commit fails: %s", err.text);
    CHECK(exists_below(&f, "deployments/web/state.db"), "what it was about is not taken away");
    error_clear(&err);
    database_run(f.store->catalog, &err, "DROP TRIGGER broken", "");
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    CHECK(ds && count_copies(&f) == 1, "but at the next creation: %s", err.text);
    break_commits(ds->state, "executions", &err);
    f.execution.id = "e2";
    CHECK(!deployment_renew(f.store, ds, &f.record, &err) && count_copies(&f) == 2,
          "the same is true of a deployment that starts anew: %s", err.text);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* Folders in each other, whose path is too long for a call of the system. */
static void make_deep(const char *folder)
{
    char name[201] = "";
    memset(name, 'd', sizeof name - 1);
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 30; i++) {
        mkdirat(at, name, 0700);
        int below = openat(at, name, O_RDONLY | O_DIRECTORY);
        close(at);
        at = below;
    }
    close(at);
}

static void test_old_copy_that_stays(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    struct strbuf command = STRBUF_INIT;
    strbuf_add_all(&command, "rm -rf '", deployment_store_resources(ds), "'");
    make_deep(deployment_store_resources(ds));
    f.execution.id = "e2";
    f.record.blueprint_id = "other";
    CHECK(deployment_renew(f.store, ds, &f.record, &err) && count_copies(&f) == 2,
          "a deployment starts anew, though its old copy cannot be removed: %s", err.text);
    CHECK(!strcmp(deployment_store_blueprint_id(ds), "other"), "with the other blueprint");
    CHECK(!system(command.text), "somebody removes the old copy");
    strbuf_release(&command);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_create_and_reopen();
    test_renew_and_remove();
    test_added_files();
    test_crash_before_commit();
    test_doubtful_commit();
    test_old_copy_that_stays();
    return checks_done();
}
