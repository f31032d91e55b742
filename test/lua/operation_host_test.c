/* operation_host_test.c - operations of a plugin on disk, run over a channel in memory. */
#include "lua/operation_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "../check.h"

/* What the engine's side of the channel saw. */
struct seen {
    int started, resumable, updates, conflicts;
    json_t *result; /* of the last operation */
    char log[4096];
};

static void on_started(void *data, const struct operation_marks *marks)
{
    struct seen *seen = data;
    seen->started++;
    seen->resumable += marks->resumable;
}

static void on_ended(void *data, json_t *result)
{
    struct seen *seen = data;
    seen->result = result;
}

static json_t *on_call(void *data, const char *method, const json_t *arguments, struct error *err)
{
    struct seen *seen = data;
    if (strcmp(method, "update_instance") == 0) {
        seen->updates++;
        if (seen->conflicts-- > 0) {
            error_set(err, ERROR_CONFLICT, "version %d is stale",
                      (int)json_integer_at(arguments, "version", 0));
            return NULL;
        }
        return json_pack("{s:I}", "version", json_integer_at(arguments, "version", 0) + 1);
    }
    if (strcmp(method, "get_instance") == 0)
        return json_pack("{s:O, s:s, s:i, s:{s:s}}", "id", json_object_get(arguments, "id"),
                         "node_id", "host", "version", 7, "runtime_properties", "ip", "10.0.0.5");
    if (strcmp(method, "get_node") == 0)
        return json_pack("{s:O, s:{}}", "id", json_object_get(arguments, "id"), "properties");
    error_set(err, ERROR_NOT_FOUND, "no %s here", method);
    return NULL;
}

static void on_log(void *data, const char *level, const char *logger, const char *text)
{
    (void)logger;
    struct seen *seen = data;
    size_t used = strlen(seen->log);
    snprintf(seen->log + used, sizeof seen->log - used, "%s:%s;", level, text);
}

static void on_event(void *data, const char *type, const char *text)
{
    on_log(data, type, "", text);
}

static const char plugin[] =
    "local cloudify = require('cloudify')\n"
    "local ex = require('cloudify.exceptions')\n"
    "local operation = require('cloudify.decorators').operation\n"
    "local t = {}\n"
    "function t.value(ctx, inputs) return {inputs.a + 1, cloudify.array{}} end\n"
    "function t.properties(ctx)\n"
    "   ctx.instance.runtime_properties.deep = {list = {1, {x = 2}}}\n"
    "   ctx.instance.runtime_properties.deep.list[2].x = 3\n"
    "end\n"
    "function t.fails(ctx) ctx.instance.runtime_properties.seen = true; error('boom') end\n"
    "function t.fatal() error(ex.NonRecoverableError('no', {causes = {{message = 'm'}}})) end\n"
    "function t.again(ctx) ctx.operation:retry('waiting', 30) end\n"
    "function t.read_only(ctx) ctx.node.properties.nested.a = 1 end\n"
    "function t.misspelt(ctx) return ctx.instance.runtime_propertes end\n"
    "function t.wrong_context(ctx) return ctx.source end\n"
    "function t.update(ctx) local p = ctx.instance.runtime_properties; p.a = 1;\n"
    "   ctx.instance:update(); ctx.instance:update() p.b = 2 end\n"
    "function t.clean(ctx) local _ = ctx.instance.runtime_properties.x; ctx.instance:update() end\n"
    "function t.drift(ctx) return ctx.instance.drift end\n"
    "function t.drift_is_read_only(ctx) ctx.instance.drift.size = 1 end\n"
    "function t.both(ctx) ctx.target.instance.runtime_properties.x = 1\n"
    "   ctx.source.instance.runtime_properties.x = 2; return ctx.type end\n"
    "function t.deployment(ctx) return {ctx.type, ctx.deployment.id, ctx.plugin.name,\n"
    "   ctx.operation.name, ctx.task_type} end\n"
    "function t.node(ctx) return ctx.node end\n"
    "function t.instance(ctx) return ctx.instance end\n"
    "function t.target(ctx) return ctx.target end\n"
    "function t.capabilities(ctx) return ctx.capabilities end\n"
    "function t.agent(ctx) return ctx.agent end\n"
    "function t.reads_one_key(ctx)\n"
    "   collectgarbage(); collectgarbage('stop'); local before = collectgarbage('count')\n"
    "   local a = ctx.node.properties.tree.key_77.name\n"
    "   local b = ctx.instance.runtime_properties.tree.key_78.list[2]\n"
    "   local grown = collectgarbage('count') - before; collectgarbage('restart')\n"
    "   return {a, b, grown < 10, #ctx.node.properties.tree} end\n"
    "function t.merge(ctx) ctx.instance:update(function(ours, latest) latest.m = 1; return latest\n"
    "   end) end\n"
    "function t.related(ctx) ctx.instance.relationships[1].target.instance.runtime_properties.x\n"
    "   = 1 end\n"
    "function t.host_ip(ctx) return ctx.instance.host_ip end\n"
    "function t.logs(ctx) ctx.logger:info('50%'); ctx.logger:warn('%d of %s', 1, 'x');\n"
    "   ctx:send_event('hi'); cloudify.ctx.logger:debug(ctx.plugin) end\n"
    "function t.function_value() return {f = print} end\n"
    "local kept\n"
    "function t.keeps(ctx) kept = ctx end\n"
    "function t.uses_kept() return kept.instance end\n"
    "function t.yields() coroutine.yield() end\n"
    "t.resumable = operation{resumable = true}(function(ctx) return ctx.resume end)\n"
    "t.plain = operation(function() end)\n"
    "return t\n";

static json_t *request_for(const char *directory, const char *function, bool resume)
{
    json_t *node =
        json_pack("{s:s, s:s, s:{s:{}}}", "id", "web", "type", "t", "properties", "nested");
    json_t *instance =
        json_pack("{s:s, s:i, s:{}, s:s, s:[{s:s, s:s, s:s}]}", "id", "web_1", "version", 3,
                  "runtime_properties", "host_id", "host_1", "relationships", "type", "connected",
                  "target_id", "host_1", "target_node_id", "host");
    return json_pack("{s:i, s:s, s:{}, s:{s:s, s:i}, s:{s:s, s:s, s:[s]}, s:s, s:s, s:b, s:{s:i}, "
                     "s:o, s:o}",
                     "version", 1, "id", "task1", "context", "operation", "name", "a.b",
                     "retry_number", 0, "plugin", "name", "demo", "folder", "demo", "directories",
                     directory, "module", "demo.tasks", "function", function, "resume", resume,
                     "inputs", "a", 1, "node", node, "instance", instance);
}

struct expectation {
    const char *function;
    bool resume;
    const char *value; /* JSON of the value; NULL: the operation fails */
    const char *type, *message;
    const char *instances; /* JSON; NULL: none */
};

static const struct expectation cases[] = {
    {"value", false, "[2,[]]", NULL, NULL, NULL},
    {"properties", false, "null", NULL, NULL,
     "[{\"id\":\"web_1\",\"version\":3,\"runtime_properties\":{\"deep\":{\"list\":[1,{\"x\":3}]}}}"
     "]"},
    {"fails", false, NULL, "RecoverableError", "boom",
     "[{\"id\":\"web_1\",\"version\":3,\"runtime_properties\":{\"seen\":true}}]"},
    {"fatal", false, NULL, "NonRecoverableError", "no", NULL},
    {"again", false, NULL, "OperationRetry", "waiting", NULL},
    {"read_only", false, NULL, "NonRecoverableError", "Cannot override read only properties", NULL},
    {"misspelt", false, NULL, "NonRecoverableError",
     "ctx.instance has no field 'runtime_propertes' (did you mean 'runtime_properties'?)", NULL},
    {"wrong_context", false, NULL, "NonRecoverableError",
     "ctx.source/ctx.target can only be used in a relationship-instance context but used in a "
     "node-instance context",
     NULL},
    {"update", false, "null", NULL, NULL,
     "[{\"id\":\"web_1\",\"version\":4,\"runtime_properties\":{\"a\":1,\"b\":2}}]"},
    {"related", false, NULL, "NonRecoverableError",
     "Cannot modify runtime properties of relationship node instances", NULL},
    {"host_ip", false, "\"10.0.0.5\"", NULL, NULL, NULL},
    {"logs", false, "null", NULL, NULL, NULL},
    {"function_value", false, NULL, "NonRecoverableError",
     "return value.f: a function cannot be stored", NULL},
    {"keeps", false, "null", NULL, NULL, NULL},
    {"uses_kept", false, NULL, "NonRecoverableError", "ctx used after its operation ended", NULL},
    {"yields", false, NULL, "NonRecoverableError", "yielded", NULL},
    {"resumable", true, "true", NULL, NULL, NULL},
    {"plain", true, NULL, "NonRecoverableError",
     "the operation 'demo.tasks.plain' was interrupted and is not declared resumable", NULL},
    {"valu", false, NULL, "NonRecoverableError",
     "plugin 'demo': module 'demo.tasks' has no function 'valu' (did you mean 'value'?)", NULL},
};

static void check_text(const json_t *value, const char *expected, const char *what)
{
    char *text = json_text(value);
    CHECK(text && strcmp(text, expected) == 0, "%s: %s", what, text ? text : "");
    free(text);
}

static struct seen seen;
static const struct operation_channel channel = {.data = &seen,
                                                 .started = on_started,
                                                 .call = on_call,
                                                 .log = on_log,
                                                 .event = on_event,
                                                 .ended = on_ended};

/* The operation_result, a new reference. */
static json_t *run(struct operation_host *host, json_t *request)
{
    seen.result = NULL;
    CHECK(!operation_host_start(host, &channel, request), "it does not wait");
    return seen.result;
}

static void check_case(struct operation_host *host, const char *directory,
                       const struct expectation *c)
{
    json_t *request = request_for(directory, c->function, c->resume);
    json_t *result = run(host, request);
    const json_t *error = json_object_get(result, "error");
    CHECK(json_boolean_at(result, "ok", false) == (c->value != NULL), "%s ends as it should: %s",
          c->function, json_string_at(error, "message", "well"));
    if (c->value) {
        check_text(json_object_get(result, "value"), c->value, c->function);
    } else {
        CHECK(strcmp(json_string_at(error, "type", ""), c->type) == 0, "%s is a %s", c->function,
              json_string_at(error, "type", ""));
        CHECK(strstr(json_string_at(error, "message", ""), c->message) != NULL, "%s says '%s'",
              c->function, json_string_at(error, "message", ""));
    }
    CHECK(c->value || json_is_array(json_object_get(error, "causes")), "%s has a list of causes",
          c->function);
    check_text(json_object_get(result, "instances"), c->instances ? c->instances : "[]",
               c->function);
    json_decref(result);
    json_decref(request);
}

static void check_traceback(struct operation_host *host, const char *directory)
{
    json_t *request = request_for(directory, "fails", false);
    json_t *result = run(host, request);
    const char *traceback = json_string_at(json_object_get(result, "error"), "traceback", "");
    CHECK(strstr(traceback, "tasks.lua:") != NULL, "the traceback names the plugin's file");
    CHECK(!strstr(traceback, "cloudify/"), "and no file of ours");
    json_decref(result);
    json_decref(request);
}

static void check_merge(struct operation_host *host, const char *directory)
{
    seen.updates = 0;
    seen.conflicts = 1;
    json_t *request = request_for(directory, "merge", false);
    json_t *result = run(host, request);
    CHECK(json_boolean_at(result, "ok", false), "on_conflict is called again: %s",
          json_string_at(json_object_get(result, "error"), "message", "well"));
    CHECK(seen.updates == 2, "after a conflict the update is sent once more");
    json_decref(result);
    json_decref(request);
}

/* ---- other contexts ---- */

/* The request of `function` in another context: with these members in place of node, instance. */
static json_t *request_in(const char *directory, const char *function, json_t *members)
{
    json_t *request = request_for(directory, function, false);
    json_object_del(request, "node");
    json_object_del(request, "instance");
    json_object_update(request, members);
    json_decref(members);
    return request;
}

/* The value or the message of the error, new. */
static char *outcome_of(struct operation_host *host, json_t *request)
{
    json_t *result = run(host, request);
    const json_t *error = json_object_get(result, "error");
    char *text = error ? strdup(json_string_at(error, "message", ""))
                       : json_text(json_object_get(result, "value"));
    json_decref(result);
    json_decref(request);
    return text;
}

/* runtime.md 1.1: what is refused in a deployment context, and all else that is there. */
static void check_deployment_context(struct operation_host *host, const char *directory)
{
    static const struct {
        const char *function, *outcome;
    } rows[] = {
        {"deployment", "[\"deployment\",\"dep\",\"demo\",\"a.b\",\"operation\"]"},
        {"node", "ctx.node/ctx.instance can only be used in a node-instance context but used in a "
                 "deployment context"},
        {"instance",
         "ctx.node/ctx.instance can only be used in a node-instance context but used in "
         "a deployment context"},
        {"wrong_context",
         "ctx.source/ctx.target can only be used in a relationship-instance context "
         "but used in a deployment context"},
        {"target", "ctx.source/ctx.target can only be used in a relationship-instance context but "
                   "used in a deployment context"},
        {"capabilities", "ctx.capabilities can only be used in a node-instance or "
                         "relationship-instance context but used in a deployment context"},
        {"agent", "ctx.node/ctx.instance can only be used in a node-instance context but used in a "
                  "deployment context"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *request = request_in(directory, rows[i].function, json_object());
        json_object_set_new(request, "context", json_pack("{s:{s:s}}", "deployment", "id", "dep"));
        char *text = outcome_of(host, request);
        CHECK(text && strcmp(text, rows[i].outcome) == 0, "runtime.md 1.1: %s: %s",
              rows[i].function, text);
        free(text);
    }
}

/* runtime.md 2.5: the source's properties are saved before the target's. */
static void check_order_of_saves(struct operation_host *host, const char *directory)
{
    json_t *request = request_in(directory, "both",
                                 json_pack("{s:{s:{s:s}, s:{s:s}}, s:{s:{s:s}, s:{s:s}}}", "target",
                                           "node", "id", "db", "instance", "id", "db_1", "source",
                                           "node", "id", "app", "instance", "id", "app_1"));
    json_t *result = run(host, request);
    const json_t *instances = json_object_get(result, "instances");
    CHECK(json_array_size(instances) == 2, "runtime.md 2.5: both sides are saved");
    CHECK(!strcmp(json_string_at(json_array_get(instances, 0), "id", ""), "app_1"),
          "runtime.md 2.5: the source first");
    check_text(json_object_get(result, "value"), "\"relationship-instance\"", "runtime.md 1.1");
    json_decref(result);
    json_decref(request);
}

/* runtime.md 1.5: drift is the result of the last check, if that went well. */
static void check_drift(struct operation_host *host, const char *directory)
{
    static const struct {
        const char *function, *drift, *outcome;
    } rows[] = {
        {"drift", "{\"ok\":true,\"result\":{\"size\":3}}", "{\"size\":3}"},
        {"drift", "{\"ok\":true,\"result\":\"all\"}", "\"all\""},
        {"drift", "{\"ok\":false,\"result\":{\"size\":3}}", "null"},
        {"drift", "{}", "null"},
        {"drift_is_read_only", "{\"ok\":true,\"result\":{\"size\":3}}",
         "Cannot override read only properties"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        json_t *request = request_for(directory, rows[i].function, false);
        json_t *drift = json_parse(rows[i].drift, strlen(rows[i].drift), "drift", &err);
        json_object_set_new(json_object_get(request, "instance"), "system_properties",
                            json_pack("{s:o}", "configuration_drift", drift));
        char *text = outcome_of(host, request);
        CHECK(text && strcmp(text, rows[i].outcome) == 0, "runtime.md 1.5: drift of %s is %s",
              rows[i].drift, text);
        free(text);
    }
}

static void check_clean_update(struct operation_host *host, const char *directory)
{
    seen.updates = 0;
    free(outcome_of(host, request_for(directory, "clean", false)));
    CHECK(seen.updates == 0, "runtime.md 2.2: an update without a change sends nothing");
}

static void check_raw_operation(struct operation_host *host, const char *directory)
{
    json_t *request = request_for(directory, "value", false);
    json_object_set_new(request, "operation", json_string("a.b"));
    char *text = outcome_of(host, request);
    CHECK(text && !strcmp(text, "operation_request: 'operation' must be an object"),
          "runtime.md 1.6: %s", text);
    free(text);
}

/* A tree of about a megabyte. */
static json_t *large_tree(void)
{
    json_t *tree = json_object();
    for (int i = 0; i < 12000; i++) {
        char key[32];
        snprintf(key, sizeof key, "key_%d", i);
        json_object_set_new(tree, key,
                            json_pack("{s:s, s:i, s:[s, s, s]}", "name", key, "size", i, "list",
                                      "some text", "and more of it", "and a third"));
    }
    return tree;
}

/* An operation that reads one key of a large tree copies no more of it than that. */
static void check_lazy_values(struct operation_host *host, const char *directory)
{
    json_t *request = request_for(directory, "reads_one_key", false);
    json_t *tree = large_tree();
    json_object_set(json_object_get(json_object_get(request, "node"), "properties"), "tree", tree);
    json_object_set_new(json_object_get(request, "instance"), "runtime_properties",
                        json_pack("{s:O}", "tree", tree));
    char *text = outcome_of(host, request);
    CHECK(text && !strcmp(text, "[\"key_77\",\"and more of it\",true,0]"),
          "reading one key of a large tree takes less than 10 KB: %s", text);
    free(text);
    json_decref(tree);
}

static void check_missing_module(struct operation_host *host, const char *directory)
{
    json_t *request = request_for(directory, "value", false);
    json_object_set_new(request, "module", json_string("demo.task"));
    json_t *result = run(host, request);
    const char *message = json_string_at(json_object_get(result, "error"), "message", "");
    static const char start[] =
        "plugin 'demo': module 'demo.task' not found (did you mean 'demo.demo.tasks.value'?): "
        "there is no 'demo/task.lua' in '/";
    CHECK(strncmp(message, start, sizeof start - 1) == 0, "a missing module is named");
    CHECK(!strchr(message, '\n'), "in one line");
    json_decref(result);
    json_decref(request);
}

int main(void)
{
    char directory[] = "/tmp/cloudify-host-XXXXXX";
    struct error err = {0};
    if (!mkdtemp(directory))
        return 1;
    char *folder = path_join(directory, "demo/demo"), *file = path_join(folder, "tasks.lua");
    CHECK(directory_make(folder, 0700, &err) &&
              file_write(file, plugin, strlen(plugin), 0600, &err),
          "the plugin is written");
    struct operation_host *host = operation_host_new(NULL, &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(host, directory, &cases[i]);
    CHECK(strcmp(seen.log, "info:50%;warning:1 of x;plugin_event:hi;debug:demo;") == 0,
          "logs and events arrive: %s", seen.log);
    CHECK(seen.started == 17 && seen.resumable == 1, "started is told %d times", seen.started);
    check_traceback(host, directory);
    check_merge(host, directory);
    check_missing_module(host, directory);
    check_deployment_context(host, directory);
    check_order_of_saves(host, directory);
    check_drift(host, directory);
    check_clean_update(host, directory);
    check_raw_operation(host, directory);
    check_lazy_values(host, directory);
    operation_host_free(host);
    CHECK(tree_remove(directory, &err), "the plugin is removed");
    free(folder);
    free(file);
    return checks_done();
}
