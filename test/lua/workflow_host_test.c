/* workflow_host_test.c - workflows in Lua, run by the engine over a store and a dispatcher that
 * only note what they are told. */
#include "lua/lua_workflow_host.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"
#include "../engine/forgetful_store.h"
#include "base/files.h"
#include "base/json.h"
#include "deployment/deployment.h"
#include "dispatch/dispatcher.h"
#include "dsl/blueprint.h"
#include "engine/event.h"
#include "engine/execution.h"
#include "../dsl/diagnostics_text.h"

/* ---- what is noted: "web=creating", "web: text of an event", "web.start", one a line ---- */

static struct {
    struct strbuf log;
    const char *failing; /* operation whose first `failures` runs fail */
    int failures;
    char *error_text;
} world;

static int name_length(const char *instance_id)
{
    const char *end = strrchr(instance_id, '_');
    return end ? (int)(end - instance_id) : (int)strlen(instance_id);
}

bool deployment_store_begin(struct deployment_store *ds, struct error *err)
{
    (void)ds, (void)err;
    return true;
}

bool deployment_store_commit(struct deployment_store *ds, struct error *err)
{
    (void)ds, (void)err;
    return true;
}

void deployment_store_rollback(struct deployment_store *ds)
{
    (void)ds;
}

static void note_event(void *data, const struct event *event, const char *json)
{
    json_t *record = json_loads(json, 0, NULL);
    const char *type = event->type ? event->type : "log";
    const char *node = json_string_at(json_object_get(record, "context"), "node_name", "workflow");
    (void)data;
    if (!strcmp(type, "workflow_node_event") || !strcmp(type, "log") ||
        !strcmp(type, "workflow_stage"))
        strbuf_addf(&world.log, "%s: %s\n", node, event->text);
    json_decref(record);
}

static void ignore_commit(void *data)
{
    (void)data;
}

bool events_add(struct deployment_store *ds, const char *execution_id, const char *context,
                char *records, size_t count, struct error *err)
{
    (void)ds, (void)execution_id, (void)context, (void)records, (void)count, (void)err;
    return true;
}

bool operation_add(struct deployment_store *ds, struct operation_record *record, struct error *err)
{
    (void)ds, (void)record, (void)err;
    return true;
}

bool operation_update(struct deployment_store *ds, const struct operation_record *record,
                      struct error *err)
{
    (void)ds, (void)record, (void)err;
    return true;
}

bool instance_update(struct deployment_store *ds, const struct instance_change *change,
                     struct error *err)
{
    (void)ds, (void)err;
    if (change->state)
        strbuf_addf(&world.log, "%.*s=%s\n", name_length(change->id), change->id, change->state);
    return true;
}

bool execution_set_status(struct deployment_store *ds, const char *id, const char *status,
                          const char *error_text, struct error *err)
{
    (void)ds, (void)id, (void)status, (void)err;
    free(world.error_text);
    world.error_text = error_text ? strdup(error_text) : NULL;
    return true;
}

int execution_noted_cancel(struct deployment_store *ds, const char *id, struct error *err)
{
    (void)ds, (void)id, (void)err;
    return 0;
}

/* ---- a dispatcher that answers one operation a turn ---- */

struct fake {
    struct dispatcher base;
    struct dispatch_observer observer;
    uv_timer_t timer;
    void *tag;
    json_t *request;
    bool reserved;
};

static const char *operation_of(const json_t *request)
{
    const char *name = json_string_at(json_object_get(request, "operation"), "name", "");
    return strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
}

static void answer(uv_timer_t *timer)
{
    struct fake *fake = timer->data;
    const char *operation = operation_of(fake->request);
    bool ok = !(world.failing && !strcmp(world.failing, operation) && world.failures-- > 0);
    json_t *result = json_pack("{s:b, s:[]}", "ok", ok, "instances");
    if (!ok)
        json_object_set_new(
            result, "error",
            json_pack("{s:s, s:s, s:b}", "type", "Error", "message", "no luck", "recoverable", 0));
    void *tag = fake->tag;
    fake->tag = NULL;
    json_decref(fake->request);
    fake->request = NULL;
    fake->observer.on_started(fake->observer.data, tag, &(struct dispatch_start){.pid = 42});
    fake->observer.on_result(fake->observer.data, tag, result);
    json_decref(result);
}

static int fake_reserve(struct dispatcher *dispatcher, bool async)
{
    struct fake *fake = (struct fake *)dispatcher;
    (void)async;
    if (fake->tag || fake->reserved)
        return -1;
    fake->reserved = true;
    return 0;
}

static void fake_release(struct dispatcher *dispatcher, int place)
{
    (void)place;
    ((struct fake *)dispatcher)->reserved = false;
}

static bool fake_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                        struct error *err)
{
    struct fake *fake = (struct fake *)dispatcher;
    (void)err;
    fake_release(dispatcher, place);
    const json_t *node = json_object_get(request, "node");
    if (!node)
        node = json_object_get(json_object_get(request, "source"), "node");
    strbuf_addf(&world.log, "%s.%s\n", json_string_at(node, "id", "?"), operation_of(request));
    fake->tag = tag;
    fake->request = json_incref(request);
    uv_timer_start(&fake->timer, answer, 0, 0);
    return true;
}

static void fake_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                       const struct error *failure)
{
    (void)dispatcher, (void)call, (void)result, (void)failure;
}

static void fake_free(uv_handle_t *handle)
{
    free(handle->data);
}

static void fake_close(struct dispatcher *dispatcher)
{
    struct fake *fake = (struct fake *)dispatcher;
    json_decref(fake->request);
    uv_close((uv_handle_t *)&fake->timer, fake_free);
}

struct dispatcher *pool_new(uv_loop_t *loop, const struct pool_options *options, struct error *err)
{
    static const struct dispatcher_class class = {fake_reserve, fake_release, fake_submit,
                                                  fake_reply,   fake_close,   NULL};
    struct fake *fake = calloc(1, sizeof *fake);
    (void)err;
    fake->base.class = &class;
    fake->observer = options->observer;
    uv_timer_init(loop, &fake->timer);
    fake->timer.data = fake;
    return &fake->base;
}

/* ---- a blueprint and a plugin ---- */

static const char blueprint[] = "tosca_definitions_version: cloudify_dsl_1_4\n"
                                "imports: [cloudify/types/types.yaml]\n"
                                "plugins:\n"
                                "  flows: {executor: central_deployment_agent, install: false}\n"
                                "node_types:\n"
                                "  Server:\n"
                                "    derived_from: cloudify.nodes.Root\n"
                                "    interfaces:\n"
                                "      cloudify.interfaces.lifecycle:\n"
                                "        create: flows.tasks.create\n"
                                "        start: flows.tasks.start\n"
                                "        stop: flows.tasks.stop\n"
                                "        delete: flows.tasks.delete\n"
                                "node_templates:\n"
                                "  web:\n"
                                "    type: Server\n"
                                "    relationships:\n"
                                "      - {type: cloudify.relationships.connected_to, target: db}\n"
                                "  db: {type: Server}\n"
                                "workflows:\n"
                                "  restart_all: flows.flows.restart_all\n"
                                "  broken: flows.flows.broken\n"
                                "  direct: flows.flows.direct\n"
                                "  exits: flows.flows.exits\n"
                                "  yields: flows.flows.yields\n"
                                "  misspelt: flows.flows.misspelt\n"
                                "  missing: flows.flows.missing\n"
                                "  nowhere: flows.nowhere.f\n";

static const char flows[] =
    "local workflow = require('cloudify.decorators').workflow\n"
    "local workflows = require('cloudify.workflows')\n"
    "local flows = {}\n"
    "local build = workflows.make_or_get_graph(function(ctx, parameters)\n"
    "   local graph = ctx:graph_mode()\n"
    "   local sequence = graph:sequence()\n"
    "   for instance in ctx.node_instances do\n"
    "      if instance.node_id == 'web' then\n"
    "         sequence:add(instance:send_event('Restarting'),\n"
    "            instance:execute_operation('cloudify.interfaces.lifecycle.stop'),\n"
    "            "
    "workflows.forkjoin(instance:execute_operation('cloudify.interfaces.lifecycle.start',\n"
    "               {kwargs = {force = true}})))\n"
    "      end\n"
    "   end\n"
    "   local names = {}\n"
    "   for _, task in ipairs(graph:linearize()) do\n"
    "      table.insert(names, task.type == 'RemoteWorkflowTask' and task.name or nil)\n"
    "   end\n"
    "   assert(table.concat(names, ' ') == 'tasks.stop tasks.start', table.concat(names, ' '))\n"
    "   assert(not ctx.resume and not ctx:has_kill_request())\n"
    "   return graph\n"
    "end)\n"
    "flows.restart_all = workflow{resumable = true}(function(ctx, parameters)\n"
    "   build(ctx, parameters, {name = 'restart_all'}):execute()\n"
    "   ctx.logger:info('done with %s of %s', ctx.workflow_id, ctx.deployment.id)\n"
    "end)\n"
    "function flows.broken() error('out of order') end\n"
    "function flows.direct(ctx)\n"
    "   for instance in ctx.node_instances do\n"
    "      if instance.node_id == 'db' then\n"
    "         instance:execute_operation('cloudify.interfaces.lifecycle.start'):get()\n"
    "         ctx.logger:info(instance.state)\n"
    "         instance:execute_operation('cloudify.interfaces.lifecycle.stop')\n"
    "      end\n"
    "   end\n"
    "end\n"
    "function flows.exits() os.exit(1) end\n"
    "function flows.yields() coroutine.yield() end\n"
    "function flows.misspelt(ctx) return ctx.node_instance end\n"
    "return flows\n";

static char directory[] = "/tmp/workflow_host_test_XXXXXX";

static void put(const char *name, const char *text)
{
    char *path = path_join(directory, name);
    char *parent = path_directory(path);
    struct error err = {0};
    CHECK(directory_make(parent, 0700, &err) && file_write(path, text, strlen(text), 0600, &err),
          "%s is written %s", name, err.text);
    free(parent);
    free(path);
}

struct fixture {
    struct plan *plan;
    struct instance_set *instances;
    json_t *inputs;
};

static bool setup(struct fixture *fixture)
{
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    char *path = path_join(directory, "blueprint.yaml");
    *fixture = (struct fixture){.plan = blueprint_parse(path, NULL, &diagnostics)};
    if (fixture->plan && plan_prepare(fixture->plan, NULL, NULL, &diagnostics))
        fixture->instances = instances_create(fixture->plan, &diagnostics);
    diagnostics_write(&diagnostics, &text);
    CHECK(fixture->instances, "the blueprint is good %s", text.text);
    strbuf_release(&text);
    diagnostics_release(&diagnostics);
    free(path);
    return fixture->instances;
}

static void teardown(struct fixture *fixture)
{
    instances_free(fixture->instances);
    plan_free(fixture->plan);
}

/* Run a workflow; `world.log` has what happened. */
static bool run(struct fixture *fixture, const char *name, const char *given, int subgraph_retries,
                struct error *err)
{
    json_t *values = json_parse(given, strlen(given), "parameters", err);
    const struct plan_workflow *workflow = plan_find_workflow(fixture->plan, name);
    const struct object_source objects = plan_object_source(fixture->plan);
    json_t *parameters =
        workflow ? plan_workflow_parameters(fixture->plan, workflow, values, false, &objects, err)
                 : NULL;
    const char *const directories[] = {directory, NULL};
    struct execution_options options = {.plan = fixture->plan,
                                        .instances = fixture->instances,
                                        .deployment_id = "d",
                                        .blueprint_id = "b",
                                        .execution_id = "e",
                                        .workflow = workflow,
                                        .parameters = parameters,
                                        .plugin_directories = directories,
                                        .resources_directory = directory,
                                        .work_directory = directory,
                                        .subgraph_retries = subgraph_retries,
                                        .wait_after_fail = -1,
                                        .on_event = note_event,
                                        .on_events_committed = ignore_commit,
                                        .host = lua_workflow_host()};
    strbuf_release(&world.log);
    world.log = (struct strbuf)STRBUF_INIT;
    bool ok = parameters && execution_run(&options, err);
    json_decref(parameters);
    json_decref(values);
    return ok;
}

/* The lines of the log that begin with `prefix`. */
static char *lines_of(const char *prefix)
{
    struct strbuf out = STRBUF_INIT;
    for (const char *line = world.log.text; *line;) {
        const char *end = strchr(line, '\n');
        if (!strncmp(line, prefix, strlen(prefix)))
            strbuf_add(&out, line, (size_t)(end - line) + 1);
        line = end + 1;
    }
    return strbuf_detach(&out);
}

static void check_lines(const char *prefix, const char *expected, const char *what)
{
    char *lines = lines_of(prefix);
    CHECK(!strcmp(lines ? lines : "", expected), "%s", what);
    if (lines && strcmp(lines, expected))
        printf("# got:\n%s# expected:\n%s", lines, expected);
    free(lines);
}

/* ---- the built-in workflows ---- */

static void test_install_and_uninstall(void)
{
    struct fixture fixture;
    struct error err = {0};
    if (!setup(&fixture))
        return;
    CHECK(run(&fixture, "install", "{}", 0, &err), "install ends well: %s", err.text);
    check_lines("web",
                "web=initializing\n"
                "web: Validating node instance before creation: nothing to do\n"
                "web: Precreating node instance: nothing to do\n"
                "web=creating\n"
                "web: Creating node instance\n"
                "web.create\n"
                "web=created\n"
                "web: Node instance created\n"
                "web: Configuring node instance: nothing to do\n"
                "web=starting\n"
                "web: Starting node instance\n"
                "web.start\n"
                "web: Running poststart of node instance: nothing to do\n"
                "web=started\n"
                "web: Node instance started\n",
                "install goes through the steps in their order");
    CHECK(strstr(world.log.text, "db=started") < strstr(world.log.text, "web=initializing"),
          "an instance waits for those that it depends on");
    CHECK(run(&fixture, "uninstall", "{}", 0, &err), "uninstall ends well: %s", err.text);
    check_lines("web",
                "web=stopping\n"
                "web: Stopping node instance\n"
                "web: Validating node instance before deletion: nothing to do\n"
                "web.stop\n"
                "web: Node instance stopped\n"
                "web=stopped\n"
                "web=deleting\n"
                "web: Deleting node instance\n"
                "web.delete\n"
                "web=deleted\n"
                "web: Node instance deleted\n",
                "uninstall goes through the steps in their order");
    CHECK(strstr(world.log.text, "web=deleted") < strstr(world.log.text, "db=stopping"),
          "an instance waits for those that depend on it");
    teardown(&fixture);
}

static void test_filter(void)
{
    struct fixture fixture;
    struct error err = {0};
    if (!setup(&fixture))
        return;
    CHECK(run(&fixture, "install", "{\"node_ids\": [\"db\"]}", 0, &err), "%s",
          "install of one node ends well");
    check_lines("web", "", "a node that is not chosen is left alone");
    CHECK(strstr(world.log.text, "db.start\n"), "the node that is chosen is installed");
    CHECK(run(&fixture, "install", "{\"node_ids\": [\"db\"]}", 0, &err), "so it does again");
    check_lines("db", "db=started\ndb: Node instance started (nothing to do)\n",
                "what is started already is not installed again");
    teardown(&fixture);
}

static void test_failures(void)
{
    struct fixture fixture;
    struct error err = {0};
    if (!setup(&fixture))
        return;
    world.failing = "start";
    world.failures = 1;
    CHECK(!run(&fixture, "install", "{\"node_ids\": [\"db\"]}", 0, &err) &&
              err.code == ERROR_FAILED && strstr(err.text, "no luck"),
          "a failing operation fails the workflow: %s", err.text);
    teardown(&fixture);
    if (!setup(&fixture))
        return;
    world.failures = 1;
    err = (struct error){0};
    CHECK(run(&fixture, "install", "{\"node_ids\": [\"db\"]}", 1, &err),
          "with a retry of the subgraph it ends well: %s", err.text);
    check_lines("db.", "db.create\ndb.start\ndb.stop\ndb.delete\ndb.create\ndb.start\n",
                "the retry uninstalls and installs");
    world.failing = "stop";
    world.failures = 1;
    CHECK(run(&fixture, "uninstall", "{\"node_ids\": [\"db\"], \"ignore_failure\": true}", 0, &err),
          "uninstall can ignore failures: %s", err.text);
    CHECK(strstr(world.log.text, "db: Ignoring task tasks.stop failure\n"), "and tells so");
    CHECK(strstr(world.log.text, "db.delete\n"), "and goes on");
    world.failing = NULL;
    teardown(&fixture);
}

static void test_execute_operation(void)
{
    struct fixture fixture;
    struct error err = {0};
    if (!setup(&fixture))
        return;
    CHECK(run(&fixture, "execute_operation",
              "{\"operation\": \"cloudify.interfaces.lifecycle.stop\", "
              "\"operation_kwargs\": {\"hard\": true}, \"run_by_dependency_order\": true}",
              0, &err),
          "execute_operation ends well: %s", err.text);
    check_lines("",
                "db: Starting operation cloudify.interfaces.lifecycle.stop "
                "(Operation parameters: {\"hard\":true})\n"
                "db.stop\n"
                "db: Finished operation cloudify.interfaces.lifecycle.stop\n"
                "web: Starting operation cloudify.interfaces.lifecycle.stop "
                "(Operation parameters: {\"hard\":true})\n"
                "web.stop\n"
                "web: Finished operation cloudify.interfaces.lifecycle.stop\n",
                "targets of relationships come first");
    teardown(&fixture);
}

/* ---- workflows of a plugin ---- */

static void test_custom(void)
{
    struct fixture fixture;
    struct error err = {0};
    if (!setup(&fixture))
        return;
    CHECK(run(&fixture, "restart_all", "{}", 0, &err), "a plugin's workflow ends well: %s",
          err.text);
    check_lines("", "web: Restarting\nweb.stop\nweb.start\nworkflow: done with restart_all of d\n",
                "its graph runs in order and it goes on behind it");
    CHECK(run(&fixture, "direct", "{}", 0, &err), "without a graph: %s", err.text);
    check_lines("", "db.start\nworkflow: uninitialized\ndb.stop\n",
                "tasks start at once and are waited for at the end");
    teardown(&fixture);
}

static void test_errors(void)
{
    static const struct {
        const char *workflow, *says;
    } cases[] = {
        {"broken", "flows.lua:"},
        {"broken", "out of order"},
        {"exits", "os.exit is not for workflows: it would end the engine"},
        {"yields", "the workflow has yielded by itself"},
        {"misspelt", "ctx has no field 'node_instance' (did you mean 'node_instances'?)"},
        {"missing", "module 'flows' has no function 'missing'"},
        {"nowhere", "plugin 'flows': module 'nowhere' not found"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct error err = {0};
        if (!setup(&fixture))
            return;
        CHECK(!run(&fixture, cases[i].workflow, "{}", 0, &err) && strstr(err.text, cases[i].says),
              "workflow '%s' says '%s': %s", cases[i].workflow, cases[i].says, err.text);
        teardown(&fixture);
    }
}

int main(void)
{
    struct error err = {0};
    world.log = (struct strbuf)STRBUF_INIT;
    if (!mkdtemp(directory))
        return 1;
    put("blueprint.yaml", blueprint);
    put("flows/flows.lua", flows);
    test_install_and_uninstall();
    test_filter();
    test_failures();
    test_execute_operation();
    test_custom();
    test_errors();
    strbuf_release(&world.log);
    free(world.error_text);
    tree_remove(directory, &err);
    return checks_done();
}
