/* cancel_test.c - a request to cancel an execution, in each state and at each level
 * (runtime.md 6.1, 11.9). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/files.h"
#include "include/cloudify.h"
#include "storage/queue.h"

static char directory[] = "/tmp/cancel_api_test_XXXXXX";

enum { LEVELS = CLOUDIFY_CANCEL_KILL };
static const char *const level_names[] = {"", "graceful", "--force", "--kill"};

/* Who has to do with the execution. */
enum hands {
    ENGINE, /* an engine holds the lock of the deployment */
    WAITER, /* so does another one; this execution waits */
    NOBODY,
};

static const char DONE[] = "cancelled";
static const char NOTED[] = "noted"; /* the engine is to do it */

/* What a request does: DONE, NOTED, or the reason why it is refused. */
static const struct {
    const char *status;
    enum hands hands;
    const char *shown;            /* as the status before the request */
    const char *outcomes[LEVELS]; /* graceful, by force, kill */
} states[] = {
    {"pending", ENGINE, "pending", {NOTED, NOTED, NOTED}},
    {"queued", WAITER, "queued", {DONE, DONE, DONE}},
    {"queued", NOBODY, "queued (nobody waiting)", {DONE, DONE, DONE}},
    {"started", ENGINE, "started", {NOTED, NOTED, NOTED}},
    {"cancelling", ENGINE, "cancelling", {NOTED, NOTED, NOTED}},
    {"force_cancelling",
     ENGINE,
     "force_cancelling",
     {"execution 'e' is force_cancelling already", NOTED, NOTED}},
    {"kill_cancelling",
     ENGINE,
     "kill_cancelling",
     {"execution 'e' is kill_cancelling already", "execution 'e' is kill_cancelling already",
      NOTED}},
    {"terminated",
     ENGINE,
     "completed",
     {"execution 'e' has ended: it is completed", "execution 'e' has ended: it is completed",
      "execution 'e' has ended: it is completed"}},
    {"failed",
     ENGINE,
     "failed",
     {"execution 'e' has ended: it is failed", "execution 'e' has ended: it is failed",
      "execution 'e' has ended: it is failed"}},
    {"cancelled",
     ENGINE,
     "cancelled",
     {"execution 'e' has ended: it is cancelled", "execution 'e' has ended: it is cancelled",
      "execution 'e' has ended: it is cancelled"}},
    {"started", NOBODY, "interrupted", {DONE, DONE, DONE}},
    {"cancelling", NOBODY, "interrupted", {DONE, DONE, DONE}},
};

/* One execution in one state. */
struct scene {
    struct store *store;
    struct deployment_store *engine, *ds; /* ds: to look at it */
    struct queue_place *place;
};

static bool add(struct scene *s, const char *status, struct error *err)
{
    json_t *none = json_object();
    struct execution_record record = {
        .id = "e", .workflow_id = "heal", .parameters = none, .options = none};
    bool ok;
    if (!strcmp(status, "queued")) {
        s->place = queue_join(s->ds, &record, err);
        ok = s->place;
    } else {
        ok = execution_add(s->engine, &record, err) &&
             (!strcmp(status, "pending") ||
              (execution_set_status(s->engine, "e", "started", NULL, err) &&
               execution_set_status(s->engine, "e", status, NULL, err)));
    }
    json_decref(none);
    return ok;
}

static void scene_release(struct scene *s)
{
    queue_leave(s->place);
    deployment_store_close(s->engine);
    deployment_store_close(s->ds);
    store_close(s->store);
}

static bool scene_init(struct scene *s, const char *status, enum hands hands)
{
    struct error err = {0};
    *s = (struct scene){.store = store_open(directory, STORE_WRITE, &err)};
    if (s->store)
        s->engine = deployment_open(s->store, "app", STORE_WRITE, &err);
    if (s->engine)
        s->ds = deployment_open(s->store, "app", STORE_REQUEST, &err);
    if (!CHECK(s->ds && add(s, status, &err), "an execution is %s: %s", status, err.text)) {
        scene_release(s);
        return false;
    }
    if (hands == NOBODY) {
        queue_leave(s->place);
        deployment_store_close(s->engine);
        s->place = NULL;
        s->engine = NULL;
    }
    return true;
}

static void check_status(const struct scene *s, const char *expected, const char *when)
{
    struct error err = {0};
    json_t *execution = execution_get(s->ds, "e", &err);
    const char *status = json_string_value(json_object_get(execution, "status_display"));
    CHECK(status && !strcmp(status, expected), "%s it is '%s'", when, status ? status : err.text);
    json_decref(execution);
}

static void check_cell(struct cloudify *c, size_t state, int level)
{
    struct scene s;
    struct cloudify_error err = {0};
    struct error why = {0};
    const char *expected = states[state].outcomes[level - 1];
    if (!scene_init(&s, states[state].status, states[state].hands))
        return;
    check_status(&s, states[state].shown, "before");
    bool ok = cloudify_cancel(c, "e", (enum cloudify_cancel_level)level, &err);
    const char *outcome = ok ? expected == DONE ? DONE : NOTED : err.text;
    CHECK(!strcmp(outcome, expected) && (ok || err.code == CLOUDIFY_STATE), "%s, %s: %s",
          states[state].shown, level_names[level], outcome);
    check_status(&s, expected == DONE ? "cancelled" : states[state].shown, "afterwards");
    int noted = execution_noted_cancel(s.ds, "e", &why);
    CHECK(noted == (expected == NOTED ? level : 0), "for the engine %d is noted", noted);
    scene_release(&s);
}

/* A new deployment for each cell: 'e' is its only execution. */
static bool renew(struct cloudify *c)
{
    struct cloudify_error err = {0};
    cloudify_deployment_delete(c, "app", true, &err);
    err = (struct cloudify_error){0};
    char *made = cloudify_deployment_create(c, "plugins/webserver/blueprint/blueprint.yaml", "app",
                                            NULL, &err);
    cloudify_free(made);
    return CHECK(made, "there is a deployment: %s", err.text);
}

int main(void)
{
    static const char *const plugins[] = {"plugins", NULL};
    struct cloudify_error err = {0};
    struct error ignored = {0};
    if (!mkdtemp(directory))
        return 1;
    struct cloudify *c = cloudify_open(
        &(struct cloudify_options){.store = directory, .plugin_directories = plugins}, &err);
    for (size_t state = 0; state < sizeof states / sizeof *states; state++) {
        for (int level = CLOUDIFY_CANCEL_GRACEFUL; level <= LEVELS; level++) {
            if (renew(c))
                check_cell(c, state, level);
        }
    }
    cloudify_close(c);
    tree_remove(directory, &ignored);
    return checks_done();
}
