/* hostile_workflow_test.c - workflows that would take the program down that embeds the engine. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/files.h"
#include "include/cloudify.h"

static char directory[] = "/tmp/hostile_workflow_test_XXXXXX";

static const struct {
    const char *name, *body, *error; /* NULL: it succeeds */
} flows[] = {
    {"leave", "os.exit(0)", "os.exit is not for workflows"},
    {"take", "return #(('x'):rep(3 << 29))", "the workflow ran out of memory"},
    {"recurse", "local function f() return 1 + f() end f()", "stack overflow"},
    {"reach", "debug.getregistry()", "debug.getregistry is not for workflows"},
    {"yield", "coroutine.yield()", "has yielded by itself"},
    {"close", "io.stdout:close() io.stderr:close()", NULL},
    {"clear", "local all = _G for name in pairs(all) do all[name] = nil end print()",
     "a nil value (global 'print')"},
    {"leave_late", "BOMB = setmetatable({}, {__gc = function() os.exit(0) end})", NULL},
    {"work", "assert(not BOMB and string.format and ctx.workflow_id == 'work')", NULL},
};
enum { COUNT = sizeof flows / sizeof *flows };

static void write_at(const char *name, const char *text)
{
    struct error err = {0};
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    CHECK(file_write(path, text, strlen(text), 0600, &err), "%s is written: %s", name, err.text);
}

/* A blueprint whose workflows are these, in the folder of its plugin. */
static void write_blueprint(void)
{
    char blueprint[2000], module[2000] = "local flows = {}\n", path[200];
    struct error err = {0};
    snprintf(blueprint, sizeof blueprint,
             "tosca_definitions_version: cloudify_dsl_1_5\n"
             "imports: [cloudify/types/types.yaml]\n"
             "plugins: {probe: {executor: central_deployment_agent, install: false}}\n"
             "node_templates: {app: {type: cloudify.nodes.Root}}\nworkflows:\n");
    for (size_t i = 0; i < COUNT; i++) {
        size_t length = strlen(blueprint), code = strlen(module);
        snprintf(blueprint + length, sizeof blueprint - length, "  %s: probe.flows.%s\n",
                 flows[i].name, flows[i].name);
        snprintf(module + code, sizeof module - code, "function flows.%s(ctx) %s end\n",
                 flows[i].name, flows[i].body);
    }
    strncat(module, "return flows\n", sizeof module - strlen(module) - 1);
    snprintf(path, sizeof path, "%s/plugins/probe", directory);
    CHECK(directory_make(path, 0700, &err), "a folder is made: %s", err.text);
    write_at("plugins/probe/flows.lua", module);
    write_at("blueprint.yaml", blueprint);
}

int main(void)
{
    char store[200], path[200], worker[PATH_MAX];
    const char *build = getenv("CFY_BUILD");
    struct cloudify_error err = {0};
    struct error ignored = {0};
    if (!mkdtemp(directory))
        abort();
    write_blueprint();
    snprintf(store, sizeof store, "%s/store", directory);
    snprintf(path, sizeof path, "%s/blueprint.yaml", directory);
    snprintf(worker, sizeof worker, "%s/cloudify-worker", build ? build : "build");
    const struct cloudify_options options = {.store = store, .worker = worker};
    const struct cloudify_install_options install = {.deployment = "app"};
    const struct cloudify_execution_options defaults = {0};
    struct cloudify *c = cloudify_open(&options, &err);
    char *execution = c ? cloudify_install(c, path, &install, &err) : NULL;
    CHECK(execution, "a deployment is installed: %s", err.text);
    cloudify_free(execution);
    for (size_t i = 0; c && i < COUNT; i++) {
        err = (struct cloudify_error){0};
        execution = cloudify_execute(c, "app", flows[i].name, NULL, &defaults, &err);
        CHECK(flows[i].error ? !execution && strstr(err.text, flows[i].error) : execution != NULL,
              "workflow '%s' ends alone: %s", flows[i].name, err.text);
        cloudify_free(execution);
    }
    cloudify_close(c);
    tree_remove(directory, &ignored);
    return checks_done();
}
