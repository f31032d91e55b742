/* queue_test.c - places in the queue of a deployment: who is next, and what ends a wait. */
#include "storage/queue.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "dsl/blueprint.h"

#include "../check.h"

static char directory[] = "/tmp/queue_test_XXXXXX";
static const char blueprint[] = "tosca_definitions_version: cloudify_dsl_1_4\n"
                                "node_types: {thing: {}}\n"
                                "node_templates: {thing: {type: thing}}\n";

static struct store *store;
static int made; /* executions so far */

static struct store *open_store(void)
{
    struct error err = {0};
    char *path = path_join(directory, "store");
    struct store *opened = store_open(path, STORE_WRITE, &err);
    CHECK(opened, "the store opens: %s", err.text);
    free(path);
    return opened;
}

static struct deployment_store *open_app(enum store_mode mode)
{
    struct error err = {0};
    struct deployment_store *ds = deployment_open(store, "app", mode, &err);
    return CHECK(ds, "the deployment opens: %s", err.text) ? ds : NULL;
}

/* One that waits. */
struct waiter {
    struct deployment_store *ds;
    struct queue_place *place;
    char id[16];
    int descriptor;
};

static struct waiter waiter_of(bool forced)
{
    struct error err = {0};
    struct waiter w = {.ds = open_app(STORE_REQUEST)};
    json_t *options = json_pack("{s:b}", "force", forced);
    struct execution_record record = {
        .id = w.id, .workflow_id = "heal", .parameters = options, .options = options};
    snprintf(w.id, sizeof w.id, "e%d", ++made);
    w.place = queue_join(w.ds, &record, &err);
    CHECK(w.place && queue_wait(w.place, w.ds, &w.descriptor, &err), "%s waits: %s", w.id,
          err.text);
    json_decref(options);
    return w;
}

/* `milliseconds` -1: for ever, which a watchdog ends. */
static bool is_its_turn(const struct waiter *w, int milliseconds)
{
    struct pollfd wanted = {.fd = w->descriptor, .events = POLLIN};
    return poll(&wanted, 1, milliseconds) == 1;
}

static void waiter_release(struct waiter *w)
{
    deployment_store_close(w->ds);
    queue_leave(w->place);
}

static void run(struct waiter *w)
{
    struct error err = {0};
    CHECK(is_its_turn(w, -1) && queue_take_turn(w->place, w->ds, &err), "%s is next: %s", w->id,
          err.text);
}

static void test_order(void)
{
    struct deployment_store *engine = open_app(STORE_WRITE);
    struct waiter first = waiter_of(false), second = waiter_of(false), forced = waiter_of(true);
    CHECK(!is_its_turn(&first, 0) && !is_its_turn(&forced, 0), "nobody runs beside an engine");
    deployment_store_close(engine);
    run(&forced);
    CHECK(!is_its_turn(&first, 0) && !is_its_turn(&second, 0), "who is forced comes first, alone");
    waiter_release(&forced);
    run(&first);
    CHECK(!is_its_turn(&second, 0), "then the older one");
    waiter_release(&first);
    run(&second);
    waiter_release(&second);
}

static void test_leaving(void)
{
    struct deployment_store *engine = open_app(STORE_WRITE);
    struct waiter first = waiter_of(false), second = waiter_of(false);
    waiter_release(&first);
    CHECK(!is_its_turn(&second, 0), "that one before it has left is not enough");
    deployment_store_close(engine);
    run(&second);
    waiter_release(&second);
}

/* What another thread has just begun to start has all descriptors until it runs its program. */
static void test_leaving_while_a_child_starts(void)
{
    struct waiter first = waiter_of(false), second = waiter_of(false);
    pid_t pid;
    CHECK(is_its_turn(&first, -1), "%s is next", first.id);
    pid = fork();
    while (pid == 0)
        pause();
    waiter_release(&first);
    CHECK(is_its_turn(&second, -1), "%s is next at once", second.id);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    waiter_release(&second);
}

static bool shows_waiting(struct deployment_store *ds, const char *id)
{
    struct error err = {0};
    json_t *record = execution_get(ds, id, &err);
    bool waiting = json_is_true(json_object_get(record, "waiting"));
    json_decref(record);
    return waiting;
}

static void test_rejoining(void)
{
    struct error err = {0};
    struct deployment_store *engine = open_app(STORE_WRITE);
    struct waiter first = waiter_of(false), second = waiter_of(false);
    CHECK(shows_waiting(engine, first.id), "it is seen that somebody waits");
    CHECK(!queue_rejoin(second.ds, first.id, &err) && err.code == ERROR_BUSY,
          "whom somebody waits for is not waited for twice: %s", err.text);
    error_clear(&err);
    queue_leave(first.place);
    CHECK(!shows_waiting(engine, first.id), "and that nobody waits any more");
    first.place = queue_rejoin(first.ds, first.id, &err);
    CHECK(first.place && queue_wait(first.place, first.ds, &first.descriptor, &err),
          "then it is again: %s", err.text);
    deployment_store_close(engine);
    run(&first);
    CHECK(!is_its_turn(&second, 0), "at its old place");
    waiter_release(&first);
    run(&second);
    waiter_release(&second);
}

static void test_killed(void)
{
    struct deployment_store *engine = open_app(STORE_WRITE);
    int ready[2];
    char answer;
    if (pipe(ready))
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout)) /* what it checks is not of the plan */
            _exit(1);
        store = open_store(); /* a database is not for two processes */
        waiter_of(false);
        if (write(ready[1], "y", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    made++;
    CHECK(read(ready[0], &answer, 1) == 1, "another process waits");
    struct waiter second = waiter_of(false);
    deployment_store_close(engine);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    run(&second);
    waiter_release(&second);
}

static void test_removed(void)
{
    struct error err = {0};
    struct deployment_store *engine = open_app(STORE_WRITE);
    struct waiter w = waiter_of(false);
    char *path = path_join(directory, "store/deployments/app/lock");
    unlink(path);
    free(path);
    deployment_store_close(engine);
    CHECK(is_its_turn(&w, -1) && !queue_take_turn(w.place, w.ds, &err) &&
              err.code == ERROR_NOT_FOUND,
          "a deployment that is removed ends the wait: %s", err.text);
    waiter_release(&w);
}

static bool make_deployment(void)
{
    struct error err = {0};
    struct diagnostics found = {0};
    char *folder = path_join(directory, "web"), *file = path_join(folder, "blueprint.yaml");
    directory_make(folder, 0700, &err);
    file_write(file, blueprint, sizeof blueprint - 1, 0600, &err);
    struct plan *plan = blueprint_parse(file, NULL, &found);
    struct instance_set *set =
        plan && plan_prepare(plan, NULL, NULL, &found) ? instances_create(plan, &found) : NULL;
    store = open_store();
    struct deployment_record record = {.id = "app",
                                       .blueprint_id = "web",
                                       .folder = folder,
                                       .main_file = "blueprint.yaml",
                                       .plan = plan,
                                       .instances = set};
    struct deployment_store *ds = set && store ? deployment_create(store, &record, &err) : NULL;
    diagnostics_to_error(&found, NULL, &err);
    CHECK(ds, "there is a deployment: %s", err.text);
    deployment_store_close(ds);
    instances_free(set);
    plan_free(plan);
    diagnostics_release(&found);
    free(file);
    free(folder);
    return ds;
}

int main(void)
{
    struct error err = {0};
    alarm(60); /* a wait that does not end */
    if (!mkdtemp(directory))
        return 1;
    if (make_deployment()) {
        test_order();
        test_leaving();
        test_leaving_while_a_child_starts();
        test_rejoining();
        test_killed();
        test_removed();
    }
    store_close(store);
    tree_remove(directory, &err);
    return checks_done();
}
