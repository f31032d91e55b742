/* graphs_test.c - operations by their state, task graphs by their parts. */
#include "store_fixture.h"

static void test_operations(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    json_t *details = json_pack("{s: i}", "pid", 12);
    json_int_t graph = 0;
    CHECK(graph_add(ds, "e1", "install", &graph, &err), "they stand in a graph: %s", err.text);
    struct operation_record one = {.id = "t1",
                                   .execution_id = "e1",
                                   .name = "start",
                                   .type = "remote",
                                   .state = "pending",
                                   .graph = graph,
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
    json_t *list = graph_operations(ds, graph, &err);
    const json_t *record = json_array_get(list, 0), *next = json_array_get(list, 1);
    CHECK(json_array_size(list) == 2 && !strcmp(json_string_at(record, "id", ""), "t1") &&
              !strcmp(json_string_at(next, "id", ""), "t2"),
          "and found with their graph, in the order in which they came");
    CHECK(!strcmp(json_string_at(record, "state", ""), "started") &&
              json_integer_at(record, "retry", 0) == 2 &&
              json_integer_at(json_object_get(record, "details"), "pid", 0) == 12,
          "as they have become: what was not given is as it was");
    CHECK(!strcmp(json_string_at(next, "state", ""), "pending") &&
              !json_object_size(json_object_get(next, "details")),
          "others are left alone");
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
    json_t *two = json_pack("[i]", 3);
    CHECK(graph_add_part(ds, graph, "[1,2]", &err) && graph_add_part(ds, graph, "[3]", &err) &&
              graph_parts(ds, graph, note_part, noted, &err) && !strcmp(noted, "[1,2][3]"),
          "it has parts, in their order: %s %s", noted, err.text);
    noted[0] = '\0';
    json_t *done = json_pack("[i, i]", 2, 3);
    CHECK(graph_add_done(ds, graph, done, &err) && graph_add_done(ds, graph, two, &err) &&
              graph_tasks_done(ds, graph, note_done, noted, &err) && !strcmp(noted, "2,3,"),
          "tasks are done, once each: %s %s", noted, err.text);
    json_decref(done);
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
    json_decref(two);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* As it was before the tasks that are done together shared a row. */
static bool make_version_8(struct database *db, struct error *err)
{
    return fixture_make_counted_events(db, err) &&
           database_run(db, err, "DROP TABLE graph_ends", "") &&
           database_run(db, err,
                        "CREATE TABLE graph_done (graph INTEGER NOT NULL REFERENCES graphs (id),"
                        " task INTEGER NOT NULL, PRIMARY KEY (graph, task)) WITHOUT ROWID",
                        "") &&
           database_run(db, err, "INSERT INTO graph_done VALUES (1, 4), (1, 6)", "") &&
           database_run(db, err, "PRAGMA user_version = 8", "");
}

static void test_older_version(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    json_int_t graph = 0;
    char noted[256] = "";
    CHECK(graph_add(ds, "e1", "install", &graph, &err) && graph == 1 &&
              make_version_8(ds->state, &err),
          "a database of an older version: %s", err.text);
    CHECK(!deployment_open(f.store, "web", STORE_READ, &err) && err.code == ERROR_BUSY,
          "is left as it is while somebody is at work on it: %s", err.text);
    deployment_store_close(ds);
    error_clear(&err);
    ds = deployment_open(f.store, "web", STORE_READ, &err);
    CHECK(ds && graph_tasks_done(ds, 1, note_done, noted, &err) && !strcmp(noted, "4,6,"),
          "and brought up to date, even to be read: %s %s", noted, err.text);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_older_version();
    test_operations();
    test_graphs();
    return checks_done();
}
