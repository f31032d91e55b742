/* threads_test.c - a program whose threads use runtimes of their own at the same time. Most of what
 * could go wrong is seen by ThreadSanitizer only: docs/endurance.md. */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../check.h"
#include "base/files.h"
#include "include/cloudify.h"

static char directory[] = "/tmp/threads_test_XXXXXX";
static char store[PATH_MAX], stubborn[PATH_MAX], worker[PATH_MAX];
static const char installed[] = "test/endurance/blueprint/blueprint.yaml";
static const char *const plugins[] = {"test/endurance/plugins", NULL};

/* Operations that end well, fail, or take their worker along. */
static const char *const modes[] = {"well", "fail", "kill"};
enum { INSTALLERS = 2, HANGING = 2, THREADS = INSTALLERS + HANGING };

/* What one thread does; it notes the first thing that is wrong, as CHECK is for one thread. */
struct work {
    pthread_t thread;
    char deployment[16];
    struct cloudify *runtime;
    char wrong[1200];
};

static struct cloudify *open_runtime(struct cloudify_error *err)
{
    return cloudify_open(
        &(struct cloudify_options){.store = store, .plugin_directories = plugins, .worker = worker},
        err);
}

/* @return `ok` */
static bool expect(struct work *work, bool ok, const char *what, const struct cloudify_error *err)
{
    if (!ok && !*work->wrong)
        snprintf(work->wrong, sizeof work->wrong, "%s: %s", what, err->text);
    return ok;
}

static void expect_text(struct work *work, char *text, const char *what,
                        const struct cloudify_error *err)
{
    expect(work, text, what, err);
    cloudify_free(text);
}

/* ---- installs ---- */

static void run_mode(struct work *work, const char *mode)
{
    char inputs[32];
    bool valid;
    struct cloudify_error err = {0};
    struct cloudify_install_options install = {
        .deployment = work->deployment, .inputs = inputs, .execution = {.retries_given = true}};
    snprintf(inputs, sizeof inputs, "{\"mode\": \"%s\"}", mode);
    expect_text(work, cloudify_plan(work->runtime, installed, inputs, &valid, &err), "plan", &err);
    char *execution = cloudify_install(work->runtime, installed, &install, &err);
    bool is_well = !strcmp(mode, "well");
    expect(work, is_well ? execution != NULL : err.code == CLOUDIFY_FAILED, mode, &err);
    cloudify_free(execution);
    err = (struct cloudify_error){0};
    expect_text(work, cloudify_executions(work->runtime, NULL, &err), "list", &err);
    expect_text(work,
                cloudify_uninstall(work->runtime, work->deployment, NULL, &install.execution, &err),
                "uninstall", &err);
    expect(work, cloudify_deployment_delete(work->runtime, work->deployment, false, &err), "delete",
           &err);
}

static void *install_all(void *data)
{
    struct work *work = data;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        run_mode(work, modes[i]);
    return NULL;
}

/* ---- workflows that do not end by themselves, nor when they are asked to ---- */

static void *hang(void *data)
{
    struct work *work = data;
    struct cloudify_error err = {0};
    const struct cloudify_install_options install = {.deployment = work->deployment};
    const struct cloudify_execution_options plain = {0};
    expect_text(work, cloudify_install(work->runtime, stubborn, &install, &err), "install", &err);
    char *execution = cloudify_execute(work->runtime, work->deployment, "hang", NULL, &plain, &err);
    expect(work, !execution && err.code == CLOUDIFY_FAILED, "hang", &err);
    cloudify_free(execution);
    return NULL;
}

/* Whether the last execution of the deployment is the one that hangs, and is cancelled now. */
static bool try_cancel(struct cloudify *c, const char *deployment)
{
    struct cloudify_error err = {0};
    char *executions = cloudify_executions(c, deployment, &err), id[40] = "";
    const char *last = executions ? strstr(executions, "\"workflow_id\":\"hang\"") : NULL;
    while (last && last > executions && strncmp(last, "{\"id\":\"", 7))
        last--;
    if (last)
        sscanf(last, "{\"id\":\"%39[^\"]", id);
    cloudify_free(executions);
    return *id && cloudify_cancel(c, id, CLOUDIFY_CANCEL_GRACEFUL, &err);
}

static void cancel(struct cloudify *c, const char *deployment)
{
    enum { TRIES = 6000 };
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    bool cancelled = false;
    for (int i = 0; i < TRIES && !(cancelled = try_cancel(c, deployment)); i++)
        nanosleep(&pause, NULL);
    CHECK(cancelled, "what hangs in '%s' is cancelled by another thread's runtime", deployment);
}

static void write_at(const char *name, const char *text)
{
    struct error err = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    CHECK(file_write(path, text, strlen(text), 0600, &err), "%s is written: %s", name, err.text);
}

static void write_blueprint(void)
{
    struct error err = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/plugins/stubborn", directory);
    CHECK(directory_make(path, 0700, &err), "a folder is made: %s", err.text);
    write_at("plugins/stubborn/flows.lua",
             "return {hang = function() while true do pcall(function() while true do end end) end "
             "end}\n");
    write_at("blueprint.yaml",
             "tosca_definitions_version: cloudify_dsl_1_5\n"
             "imports: [cloudify/types/types.yaml]\n"
             "plugins: {stubborn: {executor: central_deployment_agent, install: false}}\n"
             "node_templates: {app: {type: cloudify.nodes.Root}}\n"
             "workflows: {hang: stubborn.flows.hang}\n");
}

/* ---- all at once ---- */

static void begin(struct work *work, size_t number)
{
    struct cloudify_error err = {0};
    snprintf(work->deployment, sizeof work->deployment, "d%zu", number);
    work->runtime = open_runtime(&err);
    void *(*run)(void *) = number < INSTALLERS ? install_all : hang;
    CHECK(work->runtime && !pthread_create(&work->thread, NULL, run, work), "'%s' begins: %s",
          work->deployment, err.text);
}

static void end(struct work *work)
{
    pthread_join(work->thread, NULL);
    CHECK(!*work->wrong, "'%s' goes well: %s", work->deployment, work->wrong);
    cloudify_close(work->runtime);
}

int main(void)
{
    static struct work works[THREADS];
    const char *build = getenv("CFY_BUILD");
    struct cloudify_error err = {0};
    struct error ignored = {0};
    if (!mkdtemp(directory))
        abort();
    write_blueprint();
    snprintf(store, sizeof store, "%s/store", directory);
    snprintf(stubborn, sizeof stubborn, "%s/blueprint.yaml", directory);
    snprintf(worker, sizeof worker, "%s/cloudify-worker", build ? build : "build");
    struct cloudify *c = open_runtime(&err);
    for (size_t i = 0; i < THREADS; i++)
        begin(&works[i], i);
    for (size_t i = INSTALLERS; i < THREADS; i++)
        cancel(c, works[i].deployment);
    for (size_t i = 0; i < THREADS; i++)
        end(&works[i]);
    cloudify_close(c);
    tree_remove(directory, &ignored);
    return checks_done();
}
