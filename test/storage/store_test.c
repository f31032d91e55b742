/* store_test.c - deployments are made whole or not at all, read by others, and kept. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "dsl/blueprint.h"
#include "storage/storage_internal.h"

#include "../check.h"

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

static void fixture_release(struct fixture *f)
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

static bool fixture_init(struct fixture *f)
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
    diagnostics_to_error(&found, &err);
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

static char *below(const struct fixture *f, const char *path)
{
    return path_join(f->store_path, path);
}

static bool exists_below(const struct fixture *f, const char *path)
{
    char *whole = below(f, path);
    bool found = file_exists(whole);
    free(whole);
    return found;
}

/* Whether the status of the execution `id` is `status`. */
static bool status_is(struct deployment_store *ds, const char *id, const char *status)
{
    struct error err = {0};
    json_t *record = execution_get(ds, id, &err);
    bool same = !strcmp(json_string_at(record, "status", err.text), status);
    if (!same)
        printf("# status is '%s'\n", json_string_at(record, "status", err.text));
    json_decref(record);
    return same;
}

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
    json_t *record = json_pack("{s: s}", "type", "cloudify_event");
    CHECK(event_add(ds, "e1", record, &err), "an event is kept: %s", err.text);
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
    json_decref(record);
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

/* Runs `act` in a process that kills itself; the lock goes with it. */
static void in_dying_process(struct fixture *f, void (*act)(struct fixture *f))
{
    pid_t pid = fork();
    if (pid == 0) {
        act(f);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
}

static void start_and_write(struct fixture *f)
{
    struct error err = {0};
    struct store *store = store_open(f->store_path, STORE_READ, &err);
    struct deployment_store *ds = deployment_open(store, "web", STORE_WRITE, &err);
    const struct instance_change change = {f->instances->items[0]->id, 1, "lost", NULL, NULL};
    execution_set_status(ds, "e1", "started", NULL, &err);
    deployment_store_begin(ds, &err);
    instance_update(ds, &change, &err);
}

static void test_killed_engine(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    execution_set_status(ds, "e1", "started", NULL, &err);
    CHECK(status_is(ds, "e1", "started"), "an execution under the lock is started");
    struct deployment_store *reader = deployment_open(f.store, "web", STORE_READ, &err);
    CHECK(status_is(reader, "e1", "started"), "for readers too");
    deployment_store_close(ds);
    deployment_store_close(reader);
    store_close(f.store);

    in_dying_process(&f, start_and_write);
    f.store = store_open(f.store_path, STORE_READ, &err);
    reader = deployment_open(f.store, "web", STORE_READ, &err);
    CHECK(reader, "the store opens again: %s", err.text);
    CHECK(status_is(reader, "e1", "interrupted"), "without its engine it is interrupted");
    struct instance_set *set = deployment_store_instances(reader, f.plan, &err);
    CHECK(set && set->items[0]->version == 1 && !strcmp(set->items[0]->state, "uninitialized"),
          "what was not committed is not there");
    instances_free(set);
    ds = deployment_open(f.store, "web", STORE_WRITE, &err);
    CHECK(status_is(reader, "e1", "interrupted") && status_is(ds, "e1", "interrupted"),
          "also while another engine is at work");
    CHECK(ds && execution_set_status(ds, "e1", "failed", "killed", &err), "it goes on: %s",
          err.text);
    json_t *record = execution_get(ds, "e1", &err);
    CHECK(!strcmp(json_string_at(record, "error", ""), "killed") &&
              json_string_at(record, "ended_at", NULL),
          "and ends with an error and a time");
    deployment_store_close(reader);
    json_decref(record);
    CHECK(!execution_set_status(ds, "e9", "failed", NULL, &err) && err.code == ERROR_NOT_FOUND,
          "%s", err.text);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* ---- writing and reading ---- */

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

struct seen {
    json_int_t last;
    int count;
    bool stop;
};

static bool count_event(void *data, json_int_t id, const char *text, size_t length,
                        struct error *err)
{
    struct seen *seen = data;
    json_t *record = json_parse(text, length, "event", err);
    seen->count += record != NULL;
    seen->last = id;
    json_decref(record);
    return !seen->stop;
}

static void test_events(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    struct deployment_store *reader = deployment_open(f.store, "web", STORE_READ, &err);
    json_int_t before = deployment_store_data_version(reader, &err);
    CHECK(before == deployment_store_data_version(reader, &err), "no commit, no news");
    json_t *record = json_pack("{s: s}", "type", "cloudify_event");
    deployment_store_begin(ds, &err);
    for (int i = 0; i < 5; i++)
        event_add(ds, i < 3 ? "e1" : NULL, record, &err);
    struct seen seen = {0};
    struct event_filter filter = {0};
    CHECK(events_list(reader, &filter, count_event, &seen, &err) && !seen.count,
          "what is not committed is not seen: %s", err.text);
    deployment_store_commit(ds, &err);
    CHECK(before != deployment_store_data_version(reader, &err), "a commit of another is noticed");
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 5, "five events are listed");
    filter = (struct event_filter){.after = seen.last - 1};
    seen.count = 0;
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 1, "one of them follows the last but one");
    filter = (struct event_filter){.execution_id = "e1", .limit = 2};
    seen.count = 0;
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 2, "two are within the limit");
    seen = (struct seen){.stop = true};
    CHECK(events_list(reader, &(struct event_filter){0}, count_event, &seen, &err) &&
              seen.count == 1,
          "the visitor can end the listing");
    CHECK(!event_add(ds, "e9", record, &err), "an event of no execution is refused: %s", err.text);
    json_decref(record);
    deployment_store_close(reader);
    deployment_store_close(ds);
    fixture_release(&f);
}

static void test_operations(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    json_t *details = json_pack("{s: i}", "pid", 12);
    struct operation_record one = {.id = "t1",
                                   .execution_id = "e1",
                                   .name = "start",
                                   .type = "remote",
                                   .state = "pending",
                                   .details = details};
    struct operation_record two = one;
    two.id = "t2";
    two.name = "stop";
    two.details = NULL;
    CHECK(operation_add(ds, &one, &err) && operation_add(ds, &two, &err), "tasks are kept: %s",
          err.text);
    one.state = "started";
    one.retry = 2;
    one.details = NULL;
    CHECK(operation_update(ds, &one, &err), "and changed: %s", err.text);
    json_t *list = operations_list(ds, "e1", "started", &err);
    const json_t *record = json_array_get(list, 0);
    CHECK(json_array_size(list) == 1 && json_integer_at(record, "retry", 0) == 2 &&
              json_integer_at(json_object_get(record, "details"), "pid", 0) == 12,
          "and found by their state");
    json_decref(list);
    list = operations_list(ds, "e1", NULL, &err);
    CHECK(json_array_size(list) == 2, "or all of them");
    json_decref(list);
    json_decref(details);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* Write down the tasks of a part, or the number of a task that is done. */
static bool note_part(void *data, json_t *tasks, struct error *err)
{
    char *text = json_dumps(tasks, JSON_COMPACT);
    (void)err;
    strcat(data, text);
    free(text);
    return true;
}

static bool note_done(void *data, uint32_t task, struct error *err)
{
    char *end = (char *)data + strlen(data);
    (void)err;
    sprintf(end, "%u,", task);
    return true;
}

static void test_graphs(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    json_int_t graph = 0, found = 0;
    char noted[256] = "";
    CHECK(!graph_find(ds, "e1", "install", &graph, &err) && !err.code, "at first there is none");
    CHECK(graph_add(ds, "e1", "install", &graph, &err) &&
              graph_find(ds, "e1", "install", &found, &err) && found == graph,
          "a graph is found by its name: %s", err.text);
    CHECK(!graph_find(ds, "e2", "install", &found, &err), "in its execution alone");
    json_t *one = json_pack("[i, i]", 1, 2), *two = json_pack("[i]", 3);
    CHECK(graph_add_part(ds, graph, one, &err) && graph_add_part(ds, graph, two, &err) &&
              graph_parts(ds, graph, note_part, noted, &err) && !strcmp(noted, "[1,2][3]"),
          "it has parts, in their order: %s %s", noted, err.text);
    noted[0] = '\0';
    CHECK(graph_task_done(ds, graph, 3, &err) && graph_task_done(ds, graph, 2, &err) &&
              graph_task_done(ds, graph, 3, &err) &&
              graph_tasks_done(ds, graph, note_done, noted, &err) && !strcmp(noted, "2,3,"),
          "tasks are done, once each: %s %s", noted, err.text);
    struct operation_record first = {.id = "t1",
                                     .execution_id = "e1",
                                     .name = "start",
                                     .type = "remote",
                                     .state = "failed",
                                     .graph = graph,
                                     .task = 1};
    struct operation_record other = first;
    other.graph = other.task = 0;
    CHECK(operation_add(ds, &first, &err) && operation_add(ds, &other, &err), "operations: %s",
          err.text);
    json_t *list = graph_operations(ds, graph, &err);
    CHECK(json_array_size(list) == 1 && json_integer_at(json_array_get(list, 0), "task", 0) == 1,
          "those of a graph know their task");
    json_decref(list);
    json_decref(one);
    json_decref(two);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* ---- refusals ---- */

static void test_second_engine(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    pid_t pid = fork();
    if (pid == 0) {
        struct error refused = {0};
        struct store *store = store_open(f.store_path, STORE_WRITE, &refused);
        char who[64];
        snprintf(who, sizeof who, "deployment 'web': process %ld works on it", (long)getppid());
        _exit(!deployment_open(store, "web", STORE_WRITE, &refused) && refused.code == ERROR_BUSY &&
                      !strncmp(refused.text, who, strlen(who))
                  ? 0
                  : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a second engine is refused with the pid of the first");
    f.record.id = "beside";
    struct deployment_store *other = deployment_create(f.store, &f.record, &err);
    CHECK(other, "another deployment runs beside: %s", err.text);
    deployment_store_close(other);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* ---- requests of other processes ---- */

/* A process that acts once it is let go. It is forked before SQLite has opened anything of the
 * deployment, and so is like one that was started by itself. */
struct other_process {
    pid_t pid;
    int go;
};

static struct other_process fork_other(const struct fixture *f,
                                       bool (*act)(const struct fixture *f))
{
    int go[2];
    char nothing;
    if (pipe(go))
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        close(go[1]);
        _exit(read(go[0], &nothing, 1) == 1 && act(f) ? 0 : 1);
    }
    close(go[0]);
    return (struct other_process){pid, go[1]};
}

/* @return whether it has done what it should */
static bool let_go(const struct other_process *other)
{
    int status = -1;
    bool ok = write(other->go, "", 1) == 1;
    close(other->go);
    waitpid(other->pid, &status, 0);
    return ok && status == 0;
}

static bool leave_request(const struct fixture *f)
{
    struct error err = {0};
    struct store *store = store_open(f->store_path, STORE_WRITE, &err);
    struct deployment_store *ds = store ? deployment_open(store, "web", STORE_REQUEST, &err) : NULL;
    bool ok = ds && execution_note_cancel(ds, "e1", 2, &err);
    deployment_store_close(ds);
    store_close(store);
    return ok;
}

static bool see_end(const struct fixture *f)
{
    struct error err = {0};
    struct store *store = store_open(f->store_path, STORE_READ, &err);
    struct deployment_store *ds = store ? deployment_open(store, "web", STORE_READ, &err) : NULL;
    return ds && status_is(ds, "e1", "cancelled");
}

static void test_request(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct other_process requester = fork_other(&f, leave_request),
                         reader = fork_other(&f, see_end);
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    execution_set_status(ds, "e1", "started", NULL, &err);
    CHECK(let_go(&requester), "a request is left beside the engine");
    CHECK(execution_noted_cancel(ds, "e1", &err) == 2, "which sees it: %s", err.text);
    CHECK(execution_set_status(ds, "e1", "cancelled", NULL, &err), "the engine goes on: %s",
          err.text);
    CHECK(let_go(&reader), "what it commits after the request is seen by all");
    deployment_store_close(ds);
    fixture_release(&f);
}

static const struct {
    const char *id;
    bool valid;
} ids[] = {{"web", true}, {"_1.a-B", true}, {"7", true},   {"", false},    {".", false},
           {"..", false}, {"a/b", false},   {"-a", false}, {"a b", false}, {"\xc3\xa4", false}};

static void test_ids(void)
{
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct error err = {0};
        CHECK(deployment_id_check(ids[i].id, &err) == ids[i].valid, "id '%s': %s", ids[i].id,
              err.text);
    }
    CHECK(network_file_system(0x6969) && network_file_system((int)0xff534d42),
          "network file systems are known");
    CHECK(!network_file_system(0xef53), "ext4 is none");
}

/* In a process of its own, as the limit stays. */
static void test_full_disk(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    struct error err = {0};
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {16384, 16384};
        setrlimit(RLIMIT_FSIZE, &limit);
        struct error full = {0};
        f.record.id = "second";
        bool refused = !deployment_create(f.store, &f.record, &full);
        bool clear = full.code == ERROR_STORAGE && strstr(full.text, "second/state.db") &&
                     strstr(full.text, "free some space");
        if (!clear)
            printf("# %s\n", full.text);
        fflush(stdout);
        bool clean = !exists_below(&f, "deployments/second");
        _exit(refused && clear && clean ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a full disk refuses a deployment, says what to do and leaves nothing");
    deployment_store_close(ds);
    fixture_release(&f);
}

static void test_full_disk_at_commit(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {4096, 4096};
        setrlimit(RLIMIT_FSIZE, &limit);
        bool refused = deployment_store_begin(ds, &err) &&
                       execution_set_status(ds, "e1", "started", NULL, &err) &&
                       !deployment_store_commit(ds, &err);
        bool clear = err.code == ERROR_STORAGE && strstr(err.text, "/state.db") &&
                     strstr(err.text, "free some space");
        if (!refused || !clear)
            printf("# %s\n", err.text);
        fflush(stdout);
        _exit(refused && clear ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a disk that is full when a transaction ends is called that");
    fixture_release(&f);
}

static void test_read_only(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    if (geteuid() == 0) {
        CHECK(!store_open("/proc/store", STORE_WRITE, &err) && err.code == ERROR_STORAGE &&
                  strstr(err.text, "use another store"),
              "where nothing can be written there is no store: %s", err.text);
    } else {
        chmod(f.directory, 0500);
        char *path = path_join(f.directory, "other");
        CHECK(!store_open(path, STORE_WRITE, &err) && err.code == ERROR_STORAGE &&
                  strstr(err.text, path),
              "a read-only directory is refused: %s", err.text);
        free(path);
        chmod(f.directory, 0700);
    }
    error_clear(&err);
    CHECK(!store_open("/nonexistent", STORE_READ, &err) && err.code == ERROR_NOT_FOUND &&
              !strcmp(err.text, "there is no store at '/nonexistent'"),
          "reading makes no store: %s", err.text);
    fixture_release(&f);
}

static void test_not_ours(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    /* Only the store itself is closed to others. */
    char *parent = path_directory(f.store_path);
    chmod(f.directory, 0755);
    chmod(parent, 0755);
    free(parent);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        bool other = geteuid() ? chmod(f.store_path, 0) == 0 : setuid(65534) == 0;
        bool refused = !store_open(f.store_path, STORE_READ, &err);
        if (!strstr(err.text, "as a store: Permission denied"))
            printf("# %s\n", err.text);
        fflush(stdout);
        chmod(f.store_path, 0700);
        _exit(other && refused && err.code == ERROR_STORAGE ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a store that cannot be read is refused, not taken for an empty one");
    fixture_release(&f);
}

static void overwrite(const struct fixture *f, const char *path, const char *text)
{
    struct error err = {0};
    char *whole = below(f, path);
    CHECK(file_write(whole, text, strlen(text), 0600, &err), "%s", err.text);
    free(whole);
}

static void test_damaged(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    deployment_store_close(deployment_create(f.store, &f.record, &err));
    overwrite(&f, "deployments/web/state.db", "this is no database, but long enough to be read");
    CHECK(!deployment_open(f.store, "web", STORE_READ, &err) && err.code == ERROR_STORAGE &&
              strstr(err.text, "web/state.db' is damaged"),
          "a damaged database is named: %s", err.text);
    error_clear(&err);
    CHECK(deployment_remove(f.store, "web", &err), "and can be removed: %s", err.text);

    CHECK(database_run(f.store->catalog, &err, "PRAGMA user_version = 99", ""), "a newer store");
    store_close(f.store);
    f.store = NULL;
    CHECK(!store_open(f.store_path, STORE_WRITE, &err) && err.code == ERROR_UNSUPPORTED,
          "is refused: %s", err.text);
    fixture_release(&f);
}

int main(void)
{
    test_create_and_reopen();
    test_renew_and_remove();
    test_added_files();
    test_crash_before_commit();
    test_doubtful_commit();
    test_killed_engine();
    test_instances();
    test_events();
    test_operations();
    test_graphs();
    test_second_engine();
    test_request();
    test_ids();
    test_full_disk();
    test_full_disk_at_commit();
    test_read_only();
    test_not_ours();
    test_damaged();
    return checks_done();
}
