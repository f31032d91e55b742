/* execution_test.c - whole executions over a dispatcher, a store and a workflow host that only note
 * what they are told: the order of commits and sendings, retries, interruptions, events. */
#include "engine/execution.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "base/json.h"
#include "dispatch/dispatcher.h"
#include "forgetful_store.h"

/* ---- what is tested with ---- */

enum {
    ANSWER_OK,
    ANSWER_RECOVERABLE,
    ANSWER_FATAL,
    ANSWER_DIE,
    ANSWER_DIE_RESUMABLE,
    ANSWER_CONFLICT,
    ANSWER_CALL
};

struct scenario {
    const int *answers; /* of the 1st, 2nd, ... operation; the last one repeats */
    int answer_count;
    int slots;
    int task_retries;
    double interval; /* between attempts, seconds */
    bool cancel_after_first;
    bool commit_fails;
    bool (*build)(struct execution *execution);
};

static struct {
    struct scenario scenario;
    struct strbuf log; /* "begin commit send:start ..." */
    struct strbuf events;
    json_t *last_request;
    bool in_transaction;
    int answered, running, most_running;
    bool sent_too_early;
    int noted_cancel;
    char status[32];
    char *error_text;
    json_t *reply;
    char reply_error[1024];
} world;

static void note(const char *what)
{
    strbuf_addf(&world.log, "%s%s", world.log.length ? " " : "", what);
}

/* ---- a store that notes ---- */

bool deployment_store_begin(struct deployment_store *ds, struct error *err)
{
    (void)ds, (void)err;
    world.in_transaction = true;
    return true;
}

bool deployment_store_commit(struct deployment_store *ds, struct error *err)
{
    (void)ds;
    world.in_transaction = false;
    if (world.scenario.commit_fails)
        return error_set(err, ERROR_STORAGE, "state.db: the disk is full");
    note("commit");
    return true;
}

void deployment_store_rollback(struct deployment_store *ds)
{
    (void)ds;
    world.in_transaction = false;
    note("rollback");
}

static void note_event(const char *json)
{
    json_t *record = json_loads(json, 0, NULL);
    const char *text = json_string_at(json_object_get(record, "message"), "text", "");
    strbuf_addf(&world.events, "%s: %s\n", json_string_at(record, "event_type", "log"), text);
    json_decref(record);
}

bool events_add(struct deployment_store *ds, const char *execution_id, const char *context,
                char *records, size_t count, struct error *err)
{
    (void)ds, (void)execution_id, (void)context, (void)err;
    for (; count; count--, records += strlen(records) + 1)
        note_event(records);
    return true;
}

bool operation_add(struct deployment_store *ds, struct operation_record *record, struct error *err)
{
    static json_int_t row;
    (void)ds, (void)err;
    record->row = ++row;
    note("add");
    return true;
}

bool operation_update(struct deployment_store *ds, const struct operation_record *record,
                      struct error *err)
{
    (void)ds, (void)err;
    note(record->state);
    return true;
}

bool instance_update(struct deployment_store *ds, const struct instance_change *change,
                     struct error *err)
{
    (void)ds, (void)err;
    note(change->state ? change->state : "properties");
    return true;
}

bool execution_set_status(struct deployment_store *ds, const char *id, const char *status,
                          const char *error_text, struct error *err)
{
    (void)ds, (void)id, (void)err;
    snprintf(world.status, sizeof world.status, "%s", status);
    free(world.error_text);
    world.error_text = error_text ? strdup(error_text) : NULL;
    return true;
}

int execution_noted_cancel(struct deployment_store *ds, const char *id, struct error *err)
{
    (void)ds, (void)id, (void)err;
    return world.noted_cancel;
}

/* ---- a dispatcher that answers by the scenario, one operation a loop iteration ---- */

struct fake {
    struct dispatcher base;
    struct dispatch_observer observer;
    uv_timer_t timer;
    void *queue[64];
    json_t *requests[64];
    int queued, reserved, slots;
};

static void answer_next(uv_timer_t *timer);

static int fake_reserve(struct dispatcher *dispatcher, bool async)
{
    struct fake *fake = (struct fake *)dispatcher;
    (void)async;
    return fake->queued + fake->reserved < fake->slots ? fake->reserved++ : -1;
}

static void fake_release(struct dispatcher *dispatcher, int place)
{
    (void)place;
    ((struct fake *)dispatcher)->reserved--;
}

static bool fake_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                        struct error *err)
{
    struct fake *fake = (struct fake *)dispatcher;
    (void)err;
    fake_release(dispatcher, place);
    world.sent_too_early |= world.in_transaction;
    note("send");
    json_decref(world.last_request);
    world.last_request = json_incref(request);
    fake->queue[fake->queued] = tag;
    fake->requests[fake->queued++] = json_incref(request);
    if (fake->queued > world.most_running)
        world.most_running = fake->queued;
    uv_timer_start(&fake->timer, answer_next, 0, 0);
    return true;
}

static void fake_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                       const struct error *failure)
{
    (void)dispatcher, (void)call;
    world.sent_too_early |= world.in_transaction;
    note("reply");
    json_decref(world.reply);
    world.reply = json_incref(result);
    snprintf(world.reply_error, sizeof world.reply_error, "%s", failure ? failure->text : "");
}

static void fake_free(uv_handle_t *handle)
{
    free(handle->data);
}

static void fake_close(struct dispatcher *dispatcher)
{
    struct fake *fake = (struct fake *)dispatcher;
    for (int i = 0; i < fake->queued; i++)
        json_decref(fake->requests[i]);
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
    fake->slots = world.scenario.slots ? world.scenario.slots : 4;
    uv_timer_init(loop, &fake->timer);
    fake->timer.data = fake;
    return &fake->base;
}

static json_t *changed_instance(int answer, const json_t *request)
{
    const json_t *instance = json_object_get(request, "instance");
    json_int_t version = json_integer_at(instance, "version", -1);
    return json_pack("[{s:s, s:I, s:{s:i}}]", "id", json_string_at(instance, "id", ""), "version",
                     answer == ANSWER_CONFLICT ? version - 1 : version, "runtime_properties",
                     "port", 8080);
}

static void answer_with_result(struct fake *fake, void *tag, int answer, json_t *request)
{
    bool ok = answer == ANSWER_OK || answer == ANSWER_CONFLICT || answer == ANSWER_CALL;
    json_t *result = json_pack("{s:b, s:o}", "ok", ok, "instances",
                               answer == ANSWER_OK || answer == ANSWER_CONFLICT
                                   ? changed_instance(answer, request)
                                   : json_array());
    if (!ok)
        json_object_set_new(result, "error",
                            json_pack("{s:s, s:s, s:b}", "type", "Error", "message", "no luck",
                                      "recoverable", answer == ANSWER_RECOVERABLE));
    fake->observer.on_result(fake->observer.data, tag, result);
    json_decref(result);
}

static void answer_next(uv_timer_t *timer)
{
    struct fake *fake = timer->data;
    void *tag = fake->queue[0];
    json_t *request = fake->requests[0];
    struct dispatch_observer *o = &fake->observer;
    memmove(fake->queue, fake->queue + 1, sizeof fake->queue - sizeof *fake->queue);
    memmove(fake->requests, fake->requests + 1, sizeof fake->requests - sizeof *fake->requests);
    fake->queued--;
    int number = world.answered++;
    if (number >= world.scenario.answer_count)
        number = world.scenario.answer_count - 1;
    int answer = world.scenario.answers[number];
    o->on_started(o->data, tag,
                  &(struct dispatch_start){.pid = 42, .resumable = answer == ANSWER_DIE_RESUMABLE});
    if (answer == ANSWER_DIE || answer == ANSWER_DIE_RESUMABLE) {
        struct dispatch_interruption how = {.pid = 42,
                                            .signal = 9,
                                            .exit_code = -1,
                                            .started = true,
                                            .resumable = answer == ANSWER_DIE_RESUMABLE,
                                            .why = "killed by signal 9 (Killed)"};
        o->on_interrupted(o->data, tag, &how);
    } else {
        if (answer == ANSWER_CALL) {
            json_t *arguments =
                json_pack("{s:s, s:i, s:{}}", "id", "web_1", "version", 7, "runtime_properties");
            o->on_call(o->data, tag, 1, "update_instance", arguments);
            json_decref(arguments);
        }
        answer_with_result(fake, tag, answer, request);
    }
    json_decref(request);
    if (world.scenario.cancel_after_first && world.answered == 1)
        raise(SIGINT);
    if (fake->queued)
        uv_timer_start(timer, answer_next, 0, 0);
}

/* ---- a workflow: builds its graph, waits for it, ends ---- */

struct flow {
    struct execution *execution;
    bool built;
};

static void *flow_open(void *data, struct execution *execution, const struct workflow_call *call,
                       struct error *err)
{
    struct flow *flow = calloc(1, sizeof *flow);
    (void)data, (void)call, (void)err;
    flow->execution = execution;
    return flow;
}

static enum workflow_status flow_resume(void *workflow, json_t **value)
{
    struct flow *flow = workflow;
    struct error err = {0};
    if (!flow->built) {
        flow->built = true;
        if (!world.scenario.build(flow->execution))
            return WORKFLOW_FAILED;
        execution_wait_graph(flow->execution);
        return WORKFLOW_WAITING;
    }
    if (execution_graph_result(flow->execution, &err))
        return WORKFLOW_DONE;
    *value = json_pack("{s:s, s:s, s:b}", "type", "WorkflowFailed", "message", err.text,
                       "cancelled", err.code == ERROR_CANCELLED);
    return WORKFLOW_FAILED;
}

static const struct workflow_host host = {.open = flow_open, .resume = flow_resume, .close = free};

/* ---- a plan of two nodes, by hand ---- */

static struct plan_plugin plugin = {.name = "web", .folder = "web"},
                          agent = {.name = "agent", .folder = "agent"},
                          extensions = {.name = "cfy_extensions", .folder = "cfy_extensions"};
static struct operation operations[] = {
    {.name = "life.start",
     .short_name = "start",
     .plugin = &plugin,
     .function = "web.tasks.start",
     .max_retries = OPERATION_RETRIES_UNSET,
     .retry_interval = -1,
     .timeout = -1},
    {.name = "life.agent",
     .short_name = "agent",
     .plugin = &agent,
     .function = "agent.create",
     .max_retries = OPERATION_RETRIES_UNSET,
     .retry_interval = -1,
     .timeout = -1},
    {.name = "life.extension",
     .short_name = "extension",
     .plugin = &extensions,
     .function = "cfy_extensions.x",
     .max_retries = OPERATION_RETRIES_UNSET},
    {.name = "life.nothing", .short_name = "nothing", .function = ""},
};
static const struct operation *items[] = {&operations[0], &operations[1], &operations[2],
                                          &operations[3]};
static struct operation_set operation_set = {.items = items, .count = 4};
static struct plan_type type = {.name = "web.Server"}, relation = {.name = "web.connected_to"};
static struct plan_relationship relationships[] = {{.type = &relation,
                                                    .target = 1,
                                                    .source_operations = &operation_set,
                                                    .target_operations = &operation_set}};
static struct plan_node nodes[] = {{.id = "web",
                                    .type = &type,
                                    .operations = &operation_set,
                                    .relationships = relationships,
                                    .relationship_count = 1,
                                    .host = PLAN_NONE,
                                    .instance_count = 1},
                                   {.id = "db",
                                    .index = 1,
                                    .type = &type,
                                    .operations = &operation_set,
                                    .host = PLAN_NONE,
                                    .instance_count = 1}};
static struct plan plan = {.nodes = nodes, .node_count = 2};
static struct plan_workflow workflow = {.name = "install", .plugin = &plugin, .function = "f"};

static struct task *call(struct execution *e, const char *name, struct error *err)
{
    struct operation_call c = {
        .instance = 0, .operation = name, .relationship = -1, .send_events = true};
    return execution_operation_task(e, &c, err);
}

static bool build_start(struct execution *e)
{
    struct error err = {0};
    struct task_sequence sequence = {.graph = execution_graph(e)};
    struct task *steps[] = {execution_state_task(e, 0, "starting", &err),
                            call(e, "life.start", &err),
                            execution_state_task(e, 0, "started", &err)};
    for (int i = 0; i < 3; i++)
        task_sequence_add(&sequence, &steps[i], 1, &err);
    task_sequence_release(&sequence);
    return err.code == ERROR_NONE;
}

static bool build_parallel(struct execution *e)
{
    struct error err = {0};
    for (int i = 0; i < 6; i++)
        task_graph_add(execution_graph(e), NULL, call(e, "start", &err), &err);
    return err.code == ERROR_NONE;
}

static bool build_chain(struct execution *e)
{
    struct error err = {0};
    struct task_sequence sequence = {.graph = execution_graph(e)};
    for (int i = 0; i < 2; i++) {
        struct task *task = call(e, "start", &err);
        task_sequence_add(&sequence, &task, 1, &err);
    }
    task_sequence_release(&sequence);
    return err.code == ERROR_NONE;
}

static bool build_relationship(struct execution *e)
{
    struct error err = {0};
    struct operation_call c = {.instance = 0, .operation = "start", .on_target = true};
    struct task *task = execution_operation_task(e, &c, &err);
    return task && task_graph_add(execution_graph(e), NULL, task, &err);
}

static bool build_special(struct execution *e)
{
    struct error err = {0};
    struct task *skipped = call(e, "agent", &err), *nothing = call(e, "nothing", &err);
    CHECK(skipped && skipped->kind == TASK_NOP, "an operation of the agent plugin is skipped");
    CHECK(nothing && nothing->kind == TASK_NOP, "an unmapped operation is nothing to do");
    CHECK(!call(e, "extension", &err) && err.code == ERROR_UNSUPPORTED &&
              strstr(err.text, "plugin 'cfy_extensions' is not supported"),
          "one of cfy_extensions is refused: %s", err.text);
    struct error conflict = {0};
    struct operation_call c = {.instance = 0, .operation = "start", .relationship = -1};
    c.kwargs = json_pack("{s:i}", "port", 1);
    CHECK(!execution_operation_task(e, &c, &conflict) &&
              strstr(conflict.text, "argument 'port' redefines an input"),
          "arguments may not redefine inputs: %s", conflict.text);
    c.allow_kwargs_override = true;
    CHECK(execution_operation_task(e, &c, &conflict), "unless that is permitted");
    json_decref(c.kwargs);
    return true;
}

/* ---- running a scenario ---- */

static void reset_world(const struct scenario *scenario)
{
    strbuf_release(&world.log);
    strbuf_release(&world.events);
    json_decref(world.last_request);
    json_decref(world.reply);
    free(world.error_text);
    memset(&world, 0, sizeof world);
    world.scenario = *scenario;
    world.log = world.events = (struct strbuf)STRBUF_INIT;
}

static struct instance_set *make_instances(struct error *err)
{
    static char *ids[] = {"web_1", "db_1"};
    struct instance_set *instances = instances_new(&plan, err);
    for (size_t i = 0; i < 2; i++) {
        struct node_instance ni = {.id = ids[i],
                                   .node = i,
                                   .index = 1,
                                   .state = "uninitialized",
                                   .version = 1,
                                   .runtime_properties = json_object(),
                                   .system_properties = json_object(),
                                   .host = INSTANCE_NONE,
                                   .container = INSTANCE_NONE,
                                   .group = INSTANCE_NONE};
        instances_add(instances, &ni, err);
        json_decref(ni.runtime_properties);
        json_decref(ni.system_properties);
    }
    instances_relate(instances, 0, 0, 1, err);
    return instances;
}

/* Run it; `properties` gets those of web_1 afterwards, new. */
static bool run(const struct scenario *scenario, json_t **properties, struct error *err)
{
    char directory[] = "/tmp/execution_test_XXXXXX";
    reset_world(scenario);
    if (!mkdtemp(directory))
        abort();
    json_t *port = json_pack("{s:i}", "port", 80), *parameters = json_object();
    nodes[0].properties = nodes[1].properties = operations[0].inputs = port;
    relationships[0].properties = parameters;
    type.hierarchy = relation.hierarchy = json_pack("[s]", "root");
    struct instance_set *instances = make_instances(err);
    struct execution_options options = {.plan = &plan,
                                        .instances = instances,
                                        .deployment_id = "d",
                                        .blueprint_id = "b",
                                        .execution_id = "e1",
                                        .workflow = &workflow,
                                        .parameters = parameters,
                                        .resources_directory = directory,
                                        .work_directory = directory,
                                        .task_retries = scenario->task_retries,
                                        .task_retry_interval = scenario->interval,
                                        .wait_after_fail = -1,
                                        .handle_signals = scenario->cancel_after_first,
                                        .host = &host};
    bool ok = execution_run(&options, err);
    *properties = json_incref(instances->items[0]->runtime_properties);
    struct error unimportant = {0};
    tree_remove(directory, &unimportant);
    instances_free(instances);
    json_decref(port);
    json_decref(parameters);
    json_decref(type.hierarchy);
    return ok;
}

static int count_of(const char *text, const char *word)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        count++;
    return count;
}

static void test_success(void)
{
    static const int answers[] = {ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(&(struct scenario){.answers = answers, .answer_count = 1, .build = build_start},
                  &properties, &err);
    CHECK(ok, "an execution ends well: %s", err.text);
    CHECK(!strcmp(world.log.text,
                  "commit starting add commit send properties succeeded started commit"),
          "the start is committed by itself; then two turns, sending after the first: %s",
          world.log.text);
    CHECK(!world.sent_too_early, "nothing is sent inside a transaction");
    CHECK(!strcmp(world.status, "terminated"), "its status is terminated");
    CHECK(json_integer_at(properties, "port", 0) == 8080, "runtime properties are kept");
    CHECK(!strcmp(world.events.text, "workflow_started: Starting 'install' workflow execution\n"
                                     "sending_task: Sending task 'web.tasks.start'\n"
                                     "task_started: Task started 'web.tasks.start'\n"
                                     "task_succeeded: Task succeeded 'web.tasks.start'\n"
                                     "workflow_succeeded: 'install' workflow execution "
                                     "succeeded\n"),
          "its events are those of the reference");
    const json_t *request = world.last_request;
    CHECK(!strcmp(json_string_at(request, "module", ""), "web.tasks") &&
              !strcmp(json_string_at(request, "function", ""), "start"),
          "the request names module and function");
    CHECK(json_integer_at(json_object_get(request, "instance"), "version", 0) == 2,
          "and the instance as it is after its state was set");
    json_decref(properties);
}

static void test_retry(void)
{
    static const int answers[] = {ANSWER_RECOVERABLE, ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(
        &(struct scenario){
            .answers = answers, .answer_count = 2, .task_retries = 1, .build = build_start},
        &properties, &err);
    CHECK(ok && count_of(world.log.text, "add") == 2, "a recoverable error is retried");
    CHECK(strstr(world.events.text, "task_failed: Task failed 'web.tasks.start' -> no luck\n") &&
              strstr(world.events.text,
                     "task_succeeded: Task succeeded 'web.tasks.start' [retry 1/1]\n"),
          "the events say which attempt it is");
    json_decref(properties);
}

/* 2^32 must not become 0. */
static void test_many_retries(void)
{
    static const int answers[] = {ANSWER_RECOVERABLE, ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    operations[0].max_retries = (json_int_t)1 << 32;
    bool ok = run(&(struct scenario){.answers = answers, .answer_count = 2, .build = build_start},
                  &properties, &err);
    operations[0].max_retries = OPERATION_RETRIES_UNSET;
    CHECK(ok && count_of(world.log.text, "add") == 2, "more retries than can be counted are many");
    json_decref(properties);
}

static void test_delayed_retry(void)
{
    static const int answers[] = {ANSWER_RECOVERABLE, ANSWER_CALL};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(&(struct scenario){.answers = answers,
                                     .answer_count = 2,
                                     .task_retries = 1,
                                     .interval = 0.01,
                                     .build = build_parallel,
                                     .slots = 1},
                  &properties, &err);
    CHECK(ok && world.answered == 7, "a retry that waits for its time holds no worker: %s",
          err.text);
    json_decref(properties);
}

static void test_relationship(void)
{
    static const int answers[] = {ANSWER_CALL};
    struct error err = {0};
    json_t *properties = NULL;
    run(&(struct scenario){.answers = answers, .answer_count = 1, .build = build_relationship},
        &properties, &err);
    const json_t *request = world.last_request;
    const json_t *source = json_object_get(json_object_get(request, "source"), "instance");
    const json_t *target = json_object_get(json_object_get(request, "target"), "node");
    CHECK(!strcmp(json_string_at(source, "id", ""), "web_1") &&
              !strcmp(json_string_at(target, "id", ""), "db"),
          "a relationship operation is given source and target");
    CHECK(!strcmp(json_string_at(json_object_get(request, "operation"), "relationship", ""),
                  "target"),
          "and on which of them it runs");
    CHECK(!json_object_get(request, "node"), "and no node of its own");
    json_decref(properties);
}

static void test_failure(void)
{
    static const int answers[] = {ANSWER_FATAL};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(
        &(struct scenario){
            .answers = answers, .answer_count = 1, .task_retries = -1, .build = build_start},
        &properties, &err);
    const char *expected = "Task failed: web.tasks.start (web_1:life.start): Error `no luck`";
    CHECK(!ok && err.code == ERROR_FAILED && !strcmp(err.text, expected), "fails: %s", err.text);
    CHECK(!strcmp(world.status, "failed") && world.error_text &&
              !strcmp(world.error_text, expected),
          "which the execution keeps");
    json_decref(properties);
}

static void test_interruption(void)
{
    static const int dies[] = {ANSWER_DIE}, resumable[] = {ANSWER_DIE_RESUMABLE},
                     once[] = {ANSWER_DIE_RESUMABLE, ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    run(
        &(struct scenario){
            .answers = dies, .answer_count = 1, .task_retries = -1, .build = build_start},
        &properties, &err);
    CHECK(strstr(err.text,
                 "operation 'life.start' of node instance 'web_1' was interrupted: worker "
                 "42 killed by signal 9 (Killed); it is not declared resumable"),
          "an interrupted operation fails: %s", err.text);
    json_decref(properties);
    err = (struct error){0};
    run(
        &(struct scenario){
            .answers = resumable, .answer_count = 1, .task_retries = -1, .build = build_start},
        &properties, &err);
    CHECK(world.answered == 4 && strstr(err.text, "not run again after three"),
          "a resumable one is run again three times: %s", err.text);
    json_decref(properties);
    err = (struct error){0};
    bool ok = run(
        &(struct scenario){
            .answers = once, .answer_count = 2, .task_retries = 1, .build = build_start},
        &properties, &err);
    CHECK(ok && json_boolean_at(world.last_request, "resume", false),
          "and told that it resumes: %s", err.text);
    json_decref(properties);
}

static void test_conflict(void)
{
    static const int answers[] = {ANSWER_CONFLICT, ANSWER_OK}, calls[] = {ANSWER_CALL};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(
        &(struct scenario){
            .answers = answers, .answer_count = 2, .task_retries = 1, .build = build_start},
        &properties, &err);
    CHECK(ok && strstr(world.events.text, "the update is based on version 1, it is at 2"),
          "a result based on an older version is refused, and the operation repeated");
    json_decref(properties);
    ok = run(&(struct scenario){.answers = calls, .answer_count = 1, .build = build_start},
             &properties, &err);
    CHECK(ok && strstr(world.reply_error, "the update is based on version 7") &&
              json_object_size(properties) == 0,
          "so is a call: %s", world.reply_error);
    CHECK(!world.sent_too_early, "the reply to which follows the commit");
    json_decref(properties);
}

static void test_slots(void)
{
    static const int answers[] = {ANSWER_CALL};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(
        &(struct scenario){
            .answers = answers, .answer_count = 1, .slots = 2, .build = build_parallel},
        &properties, &err);
    CHECK(ok && world.most_running == 2 && world.answered == 6,
          "no more operations are sent than there are workers: %d", world.most_running);
    json_decref(properties);
}

static void test_cancel(void)
{
    static const int answers[] = {ANSWER_CALL};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(&(struct scenario){.answers = answers,
                                     .answer_count = 1,
                                     .cancel_after_first = true,
                                     .slots = 1,
                                     .build = build_chain},
                  &properties, &err);
    CHECK(!ok && err.code == ERROR_CANCELLED && !strcmp(world.status, "cancelled"),
          "a signal ends the execution cancelled: %s", err.text);
    CHECK(strstr(world.events.text, "workflow_cancelled: 'install' workflow execution cancelled"),
          "and says so");
    CHECK(world.answered <= 2, "what has not started does not start any more");
    json_decref(properties);
}

static void test_storage_failure(void)
{
    static const int answers[] = {ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(
        &(struct scenario){
            .answers = answers, .answer_count = 1, .commit_fails = true, .build = build_start},
        &properties, &err);
    CHECK(!ok && err.code == ERROR_STORAGE && !strstr(world.log.text, "send"),
          "without a commit nothing is sent: %s", err.text);
    json_decref(properties);
}

static void test_special(void)
{
    static const int answers[] = {ANSWER_OK};
    struct error err = {0};
    json_t *properties = NULL;
    bool ok = run(&(struct scenario){.answers = answers, .answer_count = 1, .build = build_special},
                  &properties, &err);
    CHECK(ok, "with nothing to do the execution ends well: %s", err.text);
    json_decref(properties);
}

int main(void)
{
    test_success();
    test_retry();
    test_many_retries();
    test_delayed_retry();
    test_relationship();
    test_failure();
    test_interruption();
    test_conflict();
    test_slots();
    test_cancel();
    test_storage_failure();
    test_special();
    reset_world(&(struct scenario){0});
    return checks_done();
}
