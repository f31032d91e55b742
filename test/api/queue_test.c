/* queue_test.c - what is refused while an execution waits, and how that is said. */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/files.h"
#include "include/cloudify.h"
#include "storage/queue.h"

static char directory[] = "/tmp/queue_api_test_XXXXXX";
static const char blueprint[] = "plugins/webserver/blueprint/blueprint.yaml";

static void check_error(const char *what, char *result, struct cloudify_error *err,
                        enum cloudify_error_code code, const char *text)
{
    CHECK(!result && err->code == code && !strcmp(err->text, text), "%s is refused: %s", what,
          err->text);
    cloudify_free(result);
    *err = (struct cloudify_error){0};
}

/* Execution 'e' waits, though nothing runs: it has not yet found out that it is its turn. */
static void test_waiting(struct cloudify *c)
{
    struct cloudify_execution_options plain = {0};
    struct cloudify_install_options install = {.deployment = "app"};
    struct cloudify_error err = {0};
    check_error("an execution", cloudify_execute(c, "app", "heal", NULL, &plain, &err), &err,
                CLOUDIFY_BUSY,
                "deployment 'app': execution 'e' ('heal') is queued before: wait behind it with "
                "--queue, or go before it with --force");
    check_error("an install", cloudify_install(c, blueprint, &install, &err), &err, CLOUDIFY_BUSY,
                "deployment 'app': execution 'e' ('heal') is queued before: wait for its end, or "
                "cancel it");
    check_error("to forget the deployment",
                cloudify_deployment_delete(c, "app", false, &err) ? strdup("deleted") : NULL, &err,
                CLOUDIFY_BUSY,
                "deployment 'app': execution 'e' ('heal') is queued before: wait for its end, or "
                "cancel it");
    check_error("to resume it", cloudify_resume(c, "e", &(struct cloudify_resume_options){0}, &err),
                &err, CLOUDIFY_BUSY, "execution 'e' is queued, and a process waits for it");
}

static void test_install(struct cloudify *c)
{
    struct cloudify_error err = {0};
    struct cloudify_install_options queued = {.deployment = "other", .execution.queue = true};
    struct cloudify_install_options forced = {.deployment = "other", .execution.force = true};
    static const char text[] = "install: only executions of a deployment that is there can be "
                               "queued or forced: execute its workflow 'install'";
    check_error("an install with `queue`", cloudify_install(c, blueprint, &queued, &err), &err,
                CLOUDIFY_UNSUPPORTED, text);
    check_error("an install with `force`", cloudify_install(c, blueprint, &forced, &err), &err,
                CLOUDIFY_UNSUPPORTED, text);
}

static struct queue_place *add_waiting(struct deployment_store *ds)
{
    struct error err = {0};
    json_t *none = json_object();
    struct execution_record record = {
        .id = "e", .workflow_id = "heal", .parameters = none, .options = none};
    struct queue_place *place = ds ? queue_join(ds, &record, &err) : NULL;
    CHECK(place, "an execution waits: %s", err.text);
    json_decref(none);
    return place;
}

int main(void)
{
    static const char *const plugins[] = {"plugins", NULL};
    struct cloudify_error err = {0};
    struct error why = {0};
    if (!mkdtemp(directory))
        return 1;
    struct cloudify *c = cloudify_open(
        &(struct cloudify_options){.store = directory, .plugin_directories = plugins}, &err);
    char *made = cloudify_deployment_create(c, blueprint, "app", NULL, &err);
    CHECK(made, "there is a deployment: %s", err.text);
    struct store *store = store_open(directory, STORE_WRITE, &why);
    struct deployment_store *ds = deployment_open(store, "app", STORE_REQUEST, &why);
    struct queue_place *place = add_waiting(ds);
    test_waiting(c);
    test_install(c);
    queue_leave(place);
    deployment_store_close(ds);
    store_close(store);
    cloudify_free(made);
    cloudify_close(c);
    tree_remove(directory, &why);
    return checks_done();
}
