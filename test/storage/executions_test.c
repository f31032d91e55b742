/* executions_test.c - the status of executions, whoever asks and whatever became of their engine.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

/* ---- engines ---- */

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
    CHECK(database_run(ds->state, &err, "UPDATE executions SET engine_start = engine_start - 1",
                       "") &&
              status_is(ds, "e1", "interrupted") && status_is(reader, "e1", "interrupted"),
          "not if it was that of an earlier process with the same pid: %s", err.text);
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

int main(void)
{
    test_killed_engine();
    test_second_engine();
    test_request();
    return checks_done();
}
