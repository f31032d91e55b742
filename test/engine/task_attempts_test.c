/* task_attempts_test.c - when a task may start, which attempt is its last, and who is told. */
#include "engine/task_graph.h"

#include <stdio.h>
#include <string.h>

#include "../check.h"

struct probe {
    struct task_graph *graph;
    double now; /* seconds since 1970 */
    int held, ended;
    struct task_outcome failure;
};

static struct error err;

static bool hold(void *data, struct task *task)
{
    struct probe *p = data;
    if (task->execute_after <= p->now)
        return false;
    p->held++;
    return true;
}

static void on_end(void *data, struct task *task)
{
    struct probe *p = data;
    (void)task;
    p->ended++;
}

static void delay(void *data, struct task *task, double seconds)
{
    (void)data, (void)task, (void)seconds;
}

static void start(struct probe *p)
{
    struct task_graph_observer observer = {
        .data = p, .hold = hold, .on_end = on_end, .delay = delay};
    *p = (struct probe){.now = 1000, .failure = {.end = TASK_END_RECOVERABLE, .retry_after = 5}};
    p->failure.error = json_pack("{s:s, s:s}", "type", "RecoverableError", "message", "no luck");
    err = (struct error){0};
    p->graph = task_graph_new(&observer, 0, &err);
}

static void end(struct probe *p)
{
    task_graph_free(p->graph);
    json_decref(p->failure.error);
}

/* An awaited operation in the graph, with that many retries. */
static struct task *add(struct probe *p, int retries)
{
    struct task *task = task_graph_task(p->graph, TASK_OPERATION, "task", &err);
    task->total_retries = retries;
    task->is_awaited = true;
    CHECK(task_graph_add(p->graph, NULL, task, &err), "add");
    return task;
}

static void test_start_after(void)
{
    struct probe p;
    start(&p);
    struct task *task = add(&p, 0);
    CHECK(task_graph_start_after(p.graph, task, 2000, &err) && p.held == 1, "it is held");
    CHECK(!task_graph_take(p.graph, true), "it does not start before its time");
    CHECK(task_graph_status(p.graph, false) == TASK_GRAPH_RUNNING, "the graph waits for it");
    CHECK(!task_graph_start_after(p.graph, task, 3000, &err) && err.code == ERROR_STATE,
          "what waits for its time keeps it");
    task_graph_release(p.graph, task);
    CHECK(task_graph_take(p.graph, true) == task, "then it starts");
    end(&p);
}

static void test_start_after_dependency(void)
{
    struct probe p;
    start(&p);
    struct task *first = add(&p, 0), *second = add(&p, 0);
    const struct task_outcome success = {.end = TASK_END_SUCCESS, .retry_after = -1};
    CHECK(task_graph_depend(p.graph, second, first, &err), "depend");
    CHECK(task_graph_start_after(p.graph, second, 2000, &err) && !p.held,
          "what waits for a task is not held yet");
    CHECK(task_graph_take(p.graph, true) == first, "take");
    task_graph_finish(p.graph, first, &success);
    CHECK(p.held == 1 && !task_graph_take(p.graph, true), "then it is, while its time lies ahead");
    task_graph_remove(p.graph, second);
    task_graph_release(p.graph, second);
    CHECK(!task_graph_take(p.graph, true), "what was removed does not start");
    end(&p);
}

static void test_past(void)
{
    struct probe p;
    start(&p);
    struct task *task = add(&p, 0);
    CHECK(task_graph_start_after(p.graph, task, 10, &err), "a time that is over");
    CHECK(task_graph_take(p.graph, true) == task, "holds nothing");
    CHECK(!task_graph_start_after(p.graph, task, 3000, &err), "what has started starts not later");
    end(&p);
}

static void test_ends(void)
{
    struct probe p;
    start(&p);
    struct task *task = add(&p, 1);
    const struct uuid_text first = uuid_text(&task->id);
    task_graph_take(p.graph, true);
    task_graph_finish(p.graph, task, &p.failure);
    CHECK(!p.ended && task->retried && !strcmp(task->retried, first.text), "a retry is no end");
    task_graph_release(p.graph, task);
    task_graph_take(p.graph, true);
    task_graph_finish(p.graph, task, &p.failure);
    CHECK(p.ended == 1, "the last attempt is");
    end(&p);
}

static void test_last_try(void)
{
    struct probe p;
    start(&p);
    struct task *task = add(&p, TASK_RETRIES_UNLIMITED);
    task_graph_try_no_more(p.graph, task);
    CHECK(task_graph_take(p.graph, true) == task, "what was not tried yet is tried");
    task_graph_finish(p.graph, task, &p.failure);
    CHECK(p.ended == 1 && task->state == TASK_FAILED, "and not again");
    end(&p);
}

static void test_last_try_was(void)
{
    struct probe p;
    start(&p);
    struct task *task = add(&p, TASK_RETRIES_UNLIMITED);
    task_graph_take(p.graph, true);
    task_graph_finish(p.graph, task, &p.failure);
    task_graph_try_no_more(p.graph, task);
    CHECK(p.ended == 1 && task->state == TASK_FAILED && !task->current_retries,
          "what waits for its retry has failed");
    CHECK(task_graph_error_count(p.graph) == 1 &&
              task_graph_status(p.graph, false) == TASK_GRAPH_FAILED,
          "and so has the graph");
    task_graph_release(p.graph, task);
    CHECK(!task_graph_take(p.graph, true), "its retry does not come");
    end(&p);
}

int main(void)
{
    test_start_after();
    test_start_after_dependency();
    test_past();
    test_ends();
    test_last_try();
    test_last_try_was();
    return checks_done();
}
