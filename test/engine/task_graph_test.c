/* task_graph_test.c - order, retries, failures and subgraphs, without loop or store. */
#include "engine/task_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"

/* A graph under test, with what it told its observer. */
struct probe {
    struct task_graph *graph;
    char log[4096]; /* "a=started b=failed ..." */
    double delay;
    struct task *delayed;
    struct handler_result answer; /* of every handler */
    bool handler_fails;
    const char *rebuild; /* the handler makes a subgraph of that name, with one task in it */
};

static struct error err;

static void on_state(void *data, struct task *task, const struct task_outcome *outcome)
{
    struct probe *p = data;
    (void)outcome;
    size_t length = strlen(p->log);
    snprintf(p->log + length, sizeof p->log - length, "%s%s=%s", length ? " " : "", task->text,
             task_state_name(task->state));
}

static struct task *add(struct probe *p, struct task *container, enum task_kind kind,
                        const char *name)
{
    struct task *task = task_graph_task(p->graph, kind, name, &err);
    if (!task || !task_graph_add(p->graph, container, task, &err))
        abort();
    return task;
}

static bool handle(void *data, struct task *task, int handler, struct handler_result *result,
                   struct error *error)
{
    struct probe *p = data;
    (void)handler, (void)task;
    if (p->handler_fails)
        return error_set(error, ERROR_FAILED, "no such handler");
    *result = p->answer;
    if (p->rebuild) {
        result->retried_task = add(p, NULL, TASK_SUBGRAPH, p->rebuild);
        add(p, result->retried_task, TASK_OPERATION, "again");
    }
    return true;
}

static void delay(void *data, struct task *task, double seconds)
{
    struct probe *p = data;
    p->delayed = task;
    p->delay = seconds;
}

static const char *instance_name(void *data, long instance)
{
    (void)data;
    return instance ? "web_2" : "db_1";
}

static void start(struct probe *p)
{
    *p = (struct probe){.answer = {.action = HANDLER_IGNORE, .retry_after = -1}};
    err = (struct error){0};
    struct task_graph_observer observer = {
        .data = p, .on_state = on_state, .handle = handle, .delay = delay};
    p->graph = task_graph_new(&observer, 0, &err);
    task_graph_set_namer(p->graph, instance_name, NULL);
}

/* Take all that is ready; their names in order, "-" for none. */
static const char *taken(struct probe *p, struct task *tasks[8])
{
    static char names[256];
    struct task *task;
    int count = 0;
    names[0] = '\0';
    while (count < 8 && (task = task_graph_take(p->graph, true))) {
        if (count)
            strcat(names, " ");
        strcat(names, task->text);
        tasks[count++] = task;
    }
    return count ? names : "-";
}

static bool takes(struct probe *p, const char *expected)
{
    struct task *tasks[8];
    const char *names = taken(p, tasks);
    return !strcmp(names, expected) || (printf("# took '%s'\n", names), false);
}

static void finish(struct probe *p, struct task *task, enum task_end end)
{
    json_t *error = json_pack("{s:s, s:s, s:s}", "type", "RecoverableError", "message", "no disk",
                              "traceback", "tasks.lua:3: in start\n");
    struct task_outcome outcome = {
        .end = end, .error = end == TASK_END_SUCCESS ? NULL : error, .retry_after = -1};
    task_graph_finish(p->graph, task, &outcome);
    json_decref(error);
}

/* runtime.md 6.7 */
static void test_order(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b"),
                *c = add(&p, NULL, TASK_OPERATION, "c");
    task_graph_depend(p.graph, c, a, &err);
    task_graph_depend(p.graph, c, b, &err);
    task_graph_depend(p.graph, c, b, &err);
    task_graph_depend(p.graph, c, c, &err);
    CHECK(takes(&p, "a b"), "tasks without dependencies start in the order in which they came");
    finish(&p, a, TASK_END_SUCCESS);
    CHECK(takes(&p, "-"), "a task waits for all its dependencies");
    finish(&p, b, TASK_END_SUCCESS);
    CHECK(takes(&p, "c"), "and starts after the last, a dependency given twice counting once");
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING, "the graph is running");
    finish(&p, c, TASK_END_SUCCESS);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_SUCCEEDED, "and succeeds at the end");
    CHECK(!strcmp(p.log, "a=succeeded b=succeeded c=succeeded"), "each end was told: %s", p.log);
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_sequence(void)
{
    struct probe p;
    start(&p);
    struct task *step[3];
    const char *names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        step[i] = task_graph_task(p.graph, TASK_OPERATION, names[i], &err);
    struct task_sequence sequence = {.graph = p.graph};
    task_sequence_add(&sequence, step, 2, &err);
    task_sequence_add(&sequence, NULL, 0, &err);
    task_sequence_add(&sequence, step + 2, 1, &err);
    task_sequence_release(&sequence);
    CHECK(takes(&p, "a b"), "a step of several runs at once");
    finish(&p, step[0], TASK_END_SUCCESS);
    finish(&p, step[1], TASK_END_SUCCESS);
    CHECK(takes(&p, "c"), "the next step follows, an empty one between them notwithstanding");
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_dependencies(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b"),
                *outside = task_graph_task(p.graph, TASK_OPERATION, "outside", &err);
    CHECK(!task_graph_depend(p.graph, a, outside, &err) &&
              !strcmp(err.text, "task 'outside' is not in the graph"),
          "an unknown dependency is refused: %s", err.text);
    task_graph_depend(p.graph, b, a, &err);
    task_graph_undepend(p.graph, b, a);
    CHECK(takes(&p, "a b"), "a dependency can be taken back");
    error_clear(&err);
    CHECK(!task_graph_depend(p.graph, a, b, &err) &&
              !strcmp(err.text, "task 'a' has started and cannot wait for 'b'"),
          "a started task takes no dependency: %s", err.text);
    struct task *c = add(&p, NULL, TASK_OPERATION, "c"), *d = add(&p, NULL, TASK_OPERATION, "d");
    task_graph_depend(p.graph, d, c, &err);
    task_graph_remove(p.graph, c);
    CHECK(takes(&p, "d"), "who waited for a removed task waits no more");
    CHECK(task_graph_find(p.graph, uuid_text(&d->id).text) == d &&
              !task_graph_find(p.graph, uuid_text(&c->id).text),
          "tasks are found by id while they are in the graph");
    task_graph_free(p.graph);
}

/* The names of `count` tasks, which is freed. */
static bool are(struct task **tasks, size_t count, const char *names)
{
    char text[128] = "";
    for (size_t i = 0; tasks && i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 tasks[i]->text);
    free(tasks);
    return !strcmp(text, names);
}

/* runtime.md 6.7 */
static void test_linearize(void)
{
    struct probe p;
    struct error problem = {0};
    size_t count;
    start(&p);
    struct task *c = add(&p, NULL, TASK_OPERATION, "c"), *b = add(&p, NULL, TASK_OPERATION, "b"),
                *s = add(&p, NULL, TASK_SUBGRAPH, "s"), *inner = add(&p, s, TASK_NOP, "inner"),
                *a = add(&p, NULL, TASK_OPERATION, "a");
    task_graph_depend(p.graph, c, b, &err);
    task_graph_depend(p.graph, b, inner, &err);
    task_graph_depend(p.graph, s, a, &err);
    struct task **order = task_graph_linearize(p.graph, &count, &problem);
    CHECK(are(order, count, "a s inner b c"), "each task comes behind what it waits for");
    CHECK(takes(&p, "a"), "which changes nothing");
    task_graph_depend(p.graph, inner, c, &err);
    CHECK(!task_graph_linearize(p.graph, &count, &problem) && problem.code == ERROR_STATE,
          "there is no order for tasks in a circle: %s", problem.text);
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_circle(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b");
    task_graph_depend(p.graph, a, b, &err);
    task_graph_depend(p.graph, b, a, &err);
    CHECK(takes(&p, "-") && task_graph_status(p.graph, false) == TASK_GRAPH_STUCK,
          "tasks that wait for each other are noticed");
    task_graph_free(p.graph);
}

/* runtime.md 6.6 */
static void test_retry(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b");
    a->total_retries = 1;
    a->retry_interval = 30;
    task_graph_depend(p.graph, b, a, &err);
    char first_id[UUID_TEXT_SIZE];
    strcpy(first_id, uuid_text(&a->id).text);
    CHECK(takes(&p, "a"), "the first attempt");
    finish(&p, a, TASK_END_RECOVERABLE);
    CHECK(p.delayed == a && p.delay == 30, "a recoverable error is retried after the interval");
    CHECK(takes(&p, "-") && task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING,
          "not before its time");
    CHECK(a->current_retries == 1 && strcmp(first_id, uuid_text(&a->id).text),
          "as an operation of its own");
    task_graph_release(p.graph, a);
    CHECK(takes(&p, "a"), "the second attempt");
    finish(&p, a, TASK_END_RETRY);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_FAILED && takes(&p, "-"),
          "with no retries left the graph fails and dependents never start");
    CHECK(!strcmp(p.log, "a=failed a=rescheduled"), "an asked-for retry is a state: %s", p.log);
    task_graph_free(p.graph);
}

/* runtime.md 6.6 */
static void test_retry_limits(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a");
    a->total_retries = TASK_RETRIES_UNLIMITED;
    for (int i = 0; i < 100; i++) {
        takes(&p, "a");
        finish(&p, a, TASK_END_RECOVERABLE);
    }
    CHECK(a->current_retries == 100, "-1 retries without limit");
    takes(&p, "a");
    finish(&p, a, TASK_END_NON_RECOVERABLE);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_FAILED,
          "a non-recoverable error is not retried");
    task_graph_free(p.graph);
}

/* runtime.md 6.6 */
static void test_handlers(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b");
    a->on_failure = 1;
    a->total_retries = 5;
    task_graph_depend(p.graph, b, a, &err);
    takes(&p, "a");
    finish(&p, a, TASK_END_RECOVERABLE);
    CHECK(takes(&p, "b"), "an ignored failure is not retried and lets dependents go on");
    b->on_failure = 1;
    finish(&p, b, TASK_END_RETRY);
    CHECK(task_graph_error_count(p.graph) == 1, "a retry that was asked for asks no handler");
    struct task *c = add(&p, NULL, TASK_OPERATION, "c");
    c->on_success = 1;
    p.handler_fails = true;
    takes(&p, "c");
    finish(&p, c, TASK_END_SUCCESS);
    struct strbuf text = STRBUF_INIT;
    task_graph_error_text(p.graph, false, &text);
    CHECK(strstr(text.text, "c: HandlerError `no such handler`"), "a handler that fails fails");
    strbuf_release(&text);
    task_graph_free(p.graph);
}

/* runtime.md 6.6 */
static void test_ignore_total_retries(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a");
    a->on_success = 1;
    p.answer = (struct handler_result){
        .action = HANDLER_RETRY, .ignore_total_retries = true, .retry_after = 7};
    takes(&p, "a");
    finish(&p, a, TASK_END_SUCCESS);
    CHECK(p.delayed == a && p.delay == 7, "a handler may retry a success, beyond all limits");
    task_graph_remove(p.graph, a);
    task_graph_release(p.graph, a);
    CHECK(takes(&p, "-") && task_graph_status(p.graph, false) == TASK_GRAPH_SUCCEEDED,
          "a retry whose task was removed never starts");
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_independent_branches(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b"),
                *c = add(&p, NULL, TASK_OPERATION, "c");
    task_graph_depend(p.graph, c, b, &err);
    takes(&p, "a b");
    finish(&p, a, TASK_END_NON_RECOVERABLE);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING, "others go on after a failure");
    CHECK(task_graph_status(p.graph, true) == TASK_GRAPH_FAILED, "until waiting is over");
    finish(&p, b, TASK_END_SUCCESS);
    CHECK(takes(&p, "c"), "independent branches start new tasks");
    finish(&p, c, TASK_END_SUCCESS);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_FAILED, "then the graph has failed");
    task_graph_free(p.graph);
}

/* runtime.md 6.8 */
static void test_subgraph(void)
{
    struct probe p;
    start(&p);
    struct task *before = add(&p, NULL, TASK_OPERATION, "before"),
                *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"), *a = add(&p, sub, TASK_OPERATION, "a"),
                *inner = add(&p, sub, TASK_SUBGRAPH, "inner"),
                *after = add(&p, NULL, TASK_OPERATION, "after");
    task_graph_depend(p.graph, sub, before, &err);
    task_graph_depend(p.graph, inner, a, &err);
    task_graph_depend(p.graph, after, sub, &err);
    CHECK(takes(&p, "before"), "children wait for their subgraph");
    CHECK(!task_graph_add(p.graph, inner, a, &err) &&
              !strcmp(err.text, "task 'a' stands in the graph already, in subgraph 'sub'"),
          "a second container is refused: %s", err.text);
    finish(&p, before, TASK_END_SUCCESS);
    CHECK(takes(&p, "a"), "and start with it");
    finish(&p, a, TASK_END_SUCCESS);
    CHECK(takes(&p, "after"), "it ends with its last child, an empty one at once");
    CHECK(!strcmp(p.log, "before=succeeded sub=started a=succeeded inner=started inner=succeeded "
                         "sub=succeeded"),
          "its states are told: %s", p.log);
    task_graph_free(p.graph);
}

/* runtime.md 6.8 */
static void test_subgraph_failure(void)
{
    struct probe p;
    start(&p);
    struct task *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"),
                *inner = add(&p, sub, TASK_SUBGRAPH, "inner"),
                *a = add(&p, inner, TASK_OPERATION, "a"), *b = add(&p, sub, TASK_OPERATION, "b"),
                *c = add(&p, sub, TASK_OPERATION, "c"),
                *after = add(&p, NULL, TASK_OPERATION, "after");
    task_graph_depend(p.graph, c, b, &err);
    task_graph_depend(p.graph, after, sub, &err);
    takes(&p, "b a");
    finish(&p, a, TASK_END_NON_RECOVERABLE);
    CHECK(inner->state == TASK_FAILED && sub->state == TASK_FAILED,
          "a failed child fails all subgraphs around it");
    CHECK(!c->attached, "children that have not started are removed");
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING, "running ones are waited for");
    finish(&p, b, TASK_END_RECOVERABLE);
    CHECK(takes(&p, "-") && task_graph_status(p.graph, false) == TASK_GRAPH_FAILED,
          "what they end with changes nothing");
    CHECK(task_graph_error_count(p.graph) == 1, "one failure is one failure");
    struct strbuf text = STRBUF_INIT;
    task_graph_error_text(p.graph, false, &text);
    CHECK(!strcmp(text.text, "Task failed: a: RecoverableError `no disk`"),
          "named after the task that failed: %s", text.text);
    strbuf_release(&text);
    task_graph_free(p.graph);
}

/* runtime.md 6.8 */
static void test_subgraph_retry(void)
{
    struct probe p;
    start(&p);
    struct task *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"), *a = add(&p, sub, TASK_OPERATION, "a"),
                *b = add(&p, sub, TASK_OPERATION, "b"),
                *after = add(&p, NULL, TASK_OPERATION, "after");
    sub->on_failure = 1;
    sub->total_retries = 1;
    p.answer.action = HANDLER_RETRY;
    p.rebuild = "rebuilt";
    task_graph_depend(p.graph, after, sub, &err);
    takes(&p, "a b");
    finish(&p, a, TASK_END_RECOVERABLE);
    CHECK(takes(&p, "-"), "the second run waits for what still runs of the first");
    finish(&p, b, TASK_END_SUCCESS);
    struct task *tasks[8];
    CHECK(!strcmp(taken(&p, tasks), "again"), "then the handler's subgraph runs in its place");
    CHECK(tasks[0]->container->current_retries == 1, "as its first retry");
    finish(&p, tasks[0], TASK_END_SUCCESS);
    CHECK(takes(&p, "after"), "what waited for the old one waits for the new one");
    finish(&p, after, TASK_END_SUCCESS);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_SUCCEEDED, "all ends well");
    task_graph_free(p.graph);
}

/* Who waits for a part of a subgraph that begins anew waits for that: the part itself is gone. */
static void test_part_of_subgraph_retried(void)
{
    struct probe p;
    start(&p);
    struct task *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"), *a = add(&p, sub, TASK_OPERATION, "a"),
                *b = add(&p, sub, TASK_OPERATION, "b"), *c = add(&p, sub, TASK_OPERATION, "c"),
                *for_a = add(&p, NULL, TASK_OPERATION, "for_a"),
                *for_c = add(&p, NULL, TASK_OPERATION, "for_c"),
                *for_b = add(&p, NULL, TASK_OPERATION, "for_b");
    sub->on_failure = 1;
    sub->total_retries = 1;
    p.answer.action = HANDLER_RETRY;
    p.rebuild = "rebuilt";
    task_graph_depend(p.graph, c, a, &err);
    task_graph_depend(p.graph, for_a, a, &err);
    task_graph_depend(p.graph, for_b, b, &err);
    task_graph_depend(p.graph, for_c, c, &err);
    takes(&p, "a b");
    finish(&p, b, TASK_END_SUCCESS);
    CHECK(takes(&p, "for_b"), "who waits for a part starts when that has succeeded");
    finish(&p, a, TASK_END_RECOVERABLE);
    struct task *tasks[8];
    CHECK(!strcmp(taken(&p, tasks), "again"), "when a part fails, its subgraph runs anew first");
    finish(&p, tasks[0], TASK_END_SUCCESS);
    CHECK(takes(&p, "for_a for_c"), "then who waited for what failed and what never began");
    task_graph_free(p.graph);
}

/* runtime.md 6.8 */
static void test_subgraph_retry_refused(void)
{
    struct probe p;
    start(&p);
    struct task *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"), *a = add(&p, sub, TASK_OPERATION, "a");
    sub->on_failure = 1;
    p.answer.action = HANDLER_RETRY;
    p.rebuild = "rebuilt";
    takes(&p, "a");
    finish(&p, a, TASK_END_RECOVERABLE);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_FAILED && !task_graph_count(p.graph),
          "without retries left the handler's subgraph is removed and the graph fails");
    task_graph_free(p.graph);
}

/* runtime.md 6.10 */
static void test_cancel(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *b = add(&p, NULL, TASK_OPERATION, "b");
    task_graph_depend(p.graph, b, a, &err);
    takes(&p, "a");
    task_graph_cancel(p.graph);
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING, "what runs is waited for");
    finish(&p, a, TASK_END_SUCCESS);
    CHECK(takes(&p, "-") && task_graph_status(p.graph, false) == TASK_GRAPH_CANCELLED,
          "nothing starts any more");
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_error_text(void)
{
    struct probe p;
    struct operation operation = {.name = "cloudify.interfaces.lifecycle.start"};
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "web.tasks.start"),
                *b = add(&p, NULL, TASK_OPERATION, "web.tasks.link");
    a->operation = b->operation = &operation;
    a->instance = b->instance = 0;
    b->related = 1;
    takes(&p, "web.tasks.start web.tasks.link");
    finish(&p, a, TASK_END_NON_RECOVERABLE);
    finish(&p, b, TASK_END_NON_RECOVERABLE);
    struct strbuf text = STRBUF_INIT;
    task_graph_error_text(p.graph, true, &text);
    const char *expected =
        "2 operation errors:\n"
        "web.tasks.start (db_1:cloudify.interfaces.lifecycle.start): RecoverableError `no disk`\n"
        "web.tasks.link (db_1 <- web_2:cloudify.interfaces.lifecycle.start): "
        "RecoverableError `no disk`\n"
        "Traceback of web.tasks.start (db_1:cloudify.interfaces.lifecycle.start) "
        "(most recent call first):\ntasks.lua:3: in start\n";
    CHECK(!strcmp(text.text, expected), "names task, instance, operation and cause");
    strbuf_release(&text);
    task_graph_free(p.graph);
}

/* runtime.md 6.7 */
static void test_optimize(void)
{
    struct probe p;
    start(&p);
    struct task *a = add(&p, NULL, TASK_OPERATION, "a"), *nop = add(&p, NULL, TASK_NOP, "nop"),
                *sub = add(&p, NULL, TASK_SUBGRAPH, "sub"), *b = add(&p, NULL, TASK_OPERATION, "b");
    add(&p, sub, TASK_NOP, "inner nop");
    task_graph_depend(p.graph, nop, a, &err);
    task_graph_depend(p.graph, sub, nop, &err);
    task_graph_depend(p.graph, b, sub, &err);
    CHECK(task_graph_optimize(p.graph, &err) && task_graph_count(p.graph) == 2,
          "no-ops and subgraphs of nothing else are dropped");
    CHECK(takes(&p, "a"), "their order stays");
    finish(&p, a, TASK_END_SUCCESS);
    CHECK(takes(&p, "b"), "across them");
    task_graph_free(p.graph);
}

/* A chain of that many tasks costs no more for each than a short one, and no stack. */
static void test_large(void)
{
    struct probe p;
    start(&p);
    struct task_graph_observer quiet = {0};
    task_graph_free(p.graph);
    p.graph = task_graph_new(&quiet, 0, &err);
    enum { COUNT = 50000 };
    struct task *hub = add(&p, NULL, TASK_NOP, "hub"), *previous = hub;
    for (int i = 0; i < COUNT; i++) {
        struct task *task = add(&p, NULL, TASK_NOP, "link");
        task_graph_depend(p.graph, task, hub, &err);
        task_graph_depend(p.graph, task, previous, &err);
        previous = task;
    }
    struct task *task;
    int done = 0;
    while ((task = task_graph_take(p.graph, true))) {
        finish(&p, task, TASK_END_SUCCESS);
        done++;
    }
    CHECK(done == COUNT + 1 && task_graph_status(p.graph, false) == TASK_GRAPH_SUCCEEDED,
          "a chain of %d tasks runs through", COUNT);
    CHECK(sizeof(struct task) < 400, "a task is compact: %zu bytes", sizeof(struct task));
    task_graph_free(p.graph);
}

/* Resident memory of this process, bytes. */
static size_t resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void test_memory(void)
{
    enum { COUNT = 1000000 };
    struct probe p = {0};
    struct task_graph_observer quiet = {0};
    size_t before = resident();
    p.graph = task_graph_new(&quiet, 0, &err);
    struct task *previous = add(&p, NULL, TASK_NOP, "link");
    for (int i = 1; i < COUNT; i++) {
        struct task *task = add(&p, NULL, TASK_NOP, "link");
        task_graph_depend(p.graph, task, previous, &err);
        previous = task;
    }
    size_t each = (resident() - before) / COUNT;
#ifndef CLOUDIFY_SANITIZED
    CHECK(each < 500, "a million tasks take %zu bytes each", each);
#else
    CHECK(each > 0, "a million tasks take %zu bytes each", each);
#endif
    task_graph_free(p.graph);
}

int main(void)
{
    test_order();
    test_sequence();
    test_dependencies();
    test_circle();
    test_linearize();
    test_retry();
    test_retry_limits();
    test_handlers();
    test_ignore_total_retries();
    test_independent_branches();
    test_subgraph();
    test_subgraph_failure();
    test_subgraph_retry();
    test_part_of_subgraph_retried();
    test_subgraph_retry_refused();
    test_cancel();
    test_error_text();
    test_optimize();
    test_large();
    test_memory();
    return checks_done();
}
