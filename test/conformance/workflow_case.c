/* workflow_case.c - cases that run workflows one after the other, through the embedding API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "conformance.h"
#include "include/cloudify.h"
#include "storage/storage.h"

static const char STORE[] = "store", DEPLOYMENT[] = "case", JOURNAL[] = "journal";

/* Instances of the original have no state before a workflow gives them one, and no workflow leaves
 * out anything for it. Of our states this one is like that. */
static const char STATELESS[] = "initializing";

struct workflow_case {
    struct cloudify *cloudify;
    struct cloudify_execution_options options;
    char *worker;
    json_t *instances; /* as of now */
    struct cloudify_error err;
};

/* ---- the deployment ---- */

static bool open_runtime(struct workflow_case *c)
{
    static const char *const plugins[] = {CONFORMANCE_PLUGINS, NULL};
    char program[4096], *directory, *journal = realpath(".", NULL);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0 || !journal)
        return false;
    program[length] = '\0';
    directory = path_directory(program);
    c->worker = path_join(directory, "../cloudify-worker");
    struct cloudify_options options = {
        .store = STORE, .plugin_directories = plugins, .worker = c->worker};
    setenv("CONFORMANCE_JOURNAL", strcat(strcpy(program, journal), "/journal"), 1);
    c->cloudify = cloudify_open(&options, &c->err);
    free(journal);
    free(directory);
    return c->cloudify;
}

static bool forget_state(struct deployment_store *ds, const json_t *instance, struct error *err)
{
    const struct instance_change change = {.id = json_string_at(instance, "id", ""),
                                           .version = json_integer_at(instance, "version", 0),
                                           .state = STATELESS};
    return instance_update(ds, &change, err);
}

static bool read_instances(struct workflow_case *c)
{
    char *text = cloudify_node_instances(c->cloudify, DEPLOYMENT, &c->err);
    json_decref(c->instances);
    c->instances = text ? json_loads(text, 0, NULL) : NULL;
    cloudify_free(text);
    return c->instances;
}

static bool forget_states(struct workflow_case *c)
{
    struct error err = {0};
    struct store *store = store_open(STORE, STORE_WRITE, &err);
    struct deployment_store *ds =
        store ? deployment_open(store, DEPLOYMENT, STORE_WRITE, &err) : NULL;
    size_t i;
    json_t *instance;
    bool ok = ds && deployment_store_begin(ds, &err);
    json_array_foreach(c->instances, i, instance)
    {
        ok = ok && forget_state(ds, instance, &err);
    }
    ok = ok && deployment_store_commit(ds, &err);
    deployment_store_close(ds);
    store_close(store);
    if (!ok)
        snprintf(c->err.text, sizeof c->err.text, "%s", err.text);
    return ok;
}

static bool create(struct workflow_case *c, const json_t *request)
{
    char *inputs = json_dumps(json_object_get(request, "inputs"), 0);
    char *created =
        cloudify_deployment_create(c->cloudify, json_string_at(request, "main", "blueprint.yaml"),
                                   DEPLOYMENT, inputs, &c->err);
    bool ok = created;
    free(inputs);
    cloudify_free(created);
    return ok && read_instances(c) && forget_states(c);
}

/* ---- steps ---- */

static json_t *result_of(const struct workflow_case *c, char *execution)
{
    if (execution)
        return json_pack("{s:n}", "value");
    return json_pack("{s:{s:s, s:s}}", "error", "class",
                     c->err.code == CLOUDIFY_FAILED ? "WorkflowFailed" : "ValueError", "message",
                     c->err.text);
}

/* The calls that the plugin has noted for an instance, of all in the journal. */
static json_t *operations_of(const json_t *calls, const char *id)
{
    json_t *operations = json_array(), *call;
    size_t i;
    json_array_foreach(calls, i, call)
    {
        if (!strcmp(json_string_at(call, "instance", ""), id))
            json_array_append(operations, json_object_get(call, "call"));
    }
    return operations;
}

static json_t *instances_after(const struct workflow_case *c, const json_t *calls)
{
    json_t *list = json_array(), *instance;
    size_t i;
    json_array_foreach(c->instances, i, instance)
    {
        const char *state = json_string_at(instance, "state", "");
        json_array_append_new(
            list, json_pack("{s:O, s:s?, s:O, s:o}", "node", json_object_get(instance, "node_id"),
                            "state", strcmp(state, STATELESS) ? state : NULL, "runtime_properties",
                            json_object_get(instance, "runtime_properties"), "operations",
                            operations_of(calls, json_string_at(instance, "id", ""))));
    }
    return list;
}

static json_t *trace_of(const json_t *calls)
{
    json_t *trace = json_array(), *call;
    size_t i;
    json_array_foreach(calls, i, call)
    {
        json_array_append(trace, json_object_get(call, "node"));
    }
    return trace;
}

/* The journal of a step, which is gone then. */
static json_t *take_journal(void)
{
    json_t *calls = json_array();
    FILE *journal = fopen(JOURNAL, "r");
    char *line = NULL;
    size_t capacity = 0;
    while (journal && getline(&line, &capacity, journal) > 0)
        json_array_append_new(calls, json_loads(line, 0, NULL));
    free(line);
    if (journal)
        fclose(journal);
    unlink(JOURNAL);
    return calls;
}

static json_t *take_step(struct workflow_case *c, const json_t *step)
{
    char *parameters = json_dumps(json_object_get(step, "parameters"), 0);
    char *execution =
        cloudify_execute(c->cloudify, DEPLOYMENT, json_string_at(step, "workflow", ""), parameters,
                         &c->options, &c->err);
    json_t *result = result_of(c, execution), *calls = take_journal();
    free(parameters);
    cloudify_free(execution);
    json_t *answer = read_instances(c)
                         ? json_pack("{s:o, s:o, s:o}", "result", result, "instances",
                                     instances_after(c, calls), "trace", trace_of(calls))
                         : NULL;
    json_decref(calls);
    return answer;
}

static void read_options(struct workflow_case *c, const json_t *options)
{
    c->options.retries_given = true;
    c->options.task_retries = (int)json_integer_at(options, "task_retries", 0);
    c->options.subgraph_retries = (int)json_integer_at(options, "subgraph_retries", 0);
}

/* ---- answers ---- */

static json_t *run(struct workflow_case *c, const json_t *request)
{
    json_t *steps = json_array(), *step;
    size_t i;
    read_options(c, json_object_get(request, "options"));
    json_array_foreach(json_object_get(request, "steps"), i, step)
    {
        json_array_append_new(steps, take_step(c, step));
    }
    char *text = cloudify_outputs(c->cloudify, DEPLOYMENT, &c->err);
    json_t *outputs = text ? json_loads(text, 0, NULL) : NULL;
    cloudify_free(text);
    return json_pack("{s:{s:o, s:o*}}", "workflow", "steps", steps, "outputs", outputs);
}

json_t *answer_workflow(const json_t *request)
{
    struct workflow_case c = {0};
    json_t *answer = open_runtime(&c) && create(&c, request) ? run(&c, request) : NULL;
    if (!answer) {
        struct error err = {0};
        error_set(&err, ERROR_INVALID, "%s", c.err.text);
        answer = answer_error(&err);
    }
    json_decref(c.instances);
    cloudify_close(c.cloudify);
    free(c.worker);
    return answer;
}
