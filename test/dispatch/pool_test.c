/* pool_test.c - the pool of workers, against a worker of our own that behaves in every bad way. */
#include "dispatch/dispatch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "../check.h"
#include "dispatch/children.h"
#include "dispatch/message.h"

/* ---- the worker: this program again, started by the pool ---- */

static struct strbuf pending = STRBUF_INIT;

static void say(enum message_type type, const char *id, const char *key, json_t *value)
{
    struct error err = {0};
    json_t *message = message_new(type);
    json_object_set_new(message, "id", json_string(id));
    json_object_set_new(message, key, value);
    if (type == MESSAGE_OPERATION_RESULT)
        json_object_set_new(message, "ok", json_true());
    message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
}

/* A failure for no reason. */
static void fail_wordless(const char *id)
{
    struct error err = {0};
    json_t *message = message_new(MESSAGE_OPERATION_RESULT);
    json_object_set_new(message, "id", json_string(id));
    json_object_set_new(message, "ok", json_false());
    message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
}

static void say_bytes(const char *bytes, size_t length)
{
    for (size_t sent = 0; sent < length; sent++)
        send(WORKER_CHANNEL_FD, bytes + sent, 1, MSG_NOSIGNAL);
}

static json_t *ask(const char *id)
{
    struct error err = {0};
    json_t *call = message_new(MESSAGE_CALL);
    json_object_set_new(call, "id", json_integer(1));
    json_object_set_new(call, "operation", json_string(id));
    json_object_set_new(call, "method", json_string("get_secret"));
    json_object_set_new(call, "arguments", json_pack("{s:s}", "key", "token"));
    message_send(WORKER_CHANNEL_FD, call, &err);
    json_decref(call);
    json_t *reply = message_receive(WORKER_CHANNEL_FD, &pending, &err);
    json_t *result = message_reply_result(reply, &err);
    json_decref(reply);
    return result ? result : json_string(err.text);
}

/* Start a process that goes on for ever, and tell its pid in an event. */
static void start_child(const char *id)
{
    int joined[2];
    char byte;
    if (pipe2(joined, O_CLOEXEC))
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        if (!children_join())
            _exit(1);
        close(joined[1]);
        for (;;)
            pause();
    }
    close(joined[1]);
    if (read(joined[0], &byte, 1) != 0)
        exit(1);
    close(joined[0]);
    say(MESSAGE_EVENT, id, "pid", json_integer(child));
}

/* Async operations that have begun and not ended. */
static char held[4][16];
static int held_count;

static void hold(const char *id)
{
    struct error err = {0};
    json_t *message = json_pack("{s:i, s:s, s:s, s:b, s:b}", "version", 1, "type",
                                "operation_started", "id", id, "resumable", 1, "async", 1);
    message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
    snprintf(held[held_count++], sizeof *held, "%s", id);
}

static void cancel(const char *id)
{
    for (int i = 0; i < held_count; i++) {
        if (!strcmp(held[i], id))
            memmove(held[i], held[--held_count], sizeof *held);
    }
    struct error err = {0};
    json_t *message = json_pack("{s:i, s:s, s:s, s:b, s:b}", "version", 1, "type",
                                "operation_result", "id", id, "ok", 0, "cancelled", 1);
    message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
}

/* Tells the file that it was given, and whether there may be anything in it. */
static void tell_output(const json_t *request, bool has_output)
{
    struct error err = {0};
    json_t *message = json_pack("{s:i, s:s, s:O, s:b, s:b, s:O}", "version", 1, "type",
                                "operation_result", "id", json_object_get(request, "id"), "ok", 1,
                                "output", has_output, "value", json_object_get(request, "output"));
    message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
}

static void run(const json_t *request)
{
    const char *id = json_string_at(request, "id", ""), *does = json_string_at(request, "do", "");
    if (!strcmp(json_string_at(request, "type", ""), "operation_cancel")) {
        cancel(id);
        return;
    }
    if (!strncmp(does, "hold", 4)) {
        hold(id);
        return;
    }
    if (!strcmp(does, "let go"))
        while (held_count)
            say(MESSAGE_OPERATION_RESULT, held[--held_count], "value", json_null());
    if (!strcmp(does, "mute") || !strcmp(does, "maybe print")) {
        tell_output(request, does[1] == 'a');
        return;
    }
    if (!strcmp(does, "slow")) {
        struct error err = {0};
        struct strbuf frame = STRBUF_INIT;
        json_t *result = json_pack("{s:i, s:s, s:s, s:b}", "version", 1, "type", "operation_result",
                                   "id", id, "ok", 1);
        message_write(&frame, result, &err);
        say_bytes(frame.text, frame.length);
        json_decref(result);
        strbuf_release(&frame);
        return;
    }
    if (!strcmp(does, "garbage"))
        say_bytes("\x04\0\0\0nope", 8);
    if (!strcmp(does, "oversized"))
        say_bytes("\xff\xff\xff\x7f", 4);
    if (!strcmp(does, "stranger"))
        say(MESSAGE_OPERATION_RESULT, "another", "value", json_null());
    if (!strcmp(does, "wordless"))
        fail_wordless(id);
    if (!strcmp(does, "exit"))
        exit(3);
    if (!strcmp(does, "die") || !strcmp(does, "die resumable")) {
        say(MESSAGE_OPERATION_STARTED, id, "resumable", json_boolean(strlen(does) > 3));
        kill(getpid(), SIGKILL);
    }
    if (!strcmp(does, "answer and die")) {
        say(MESSAGE_OPERATION_RESULT, id, "value", json_string("last words"));
        kill(getpid(), SIGKILL);
    }
    if (!strcmp(does, "die unread")) {
        struct pollfd more = {.fd = WORKER_CHANNEL_FD, .events = POLLIN};
        say(MESSAGE_EVENT, id, "pid", json_integer(getpid()));
        poll(&more, 1, -1);
        hold(id);
        kill(getpid(), SIGKILL);
    }
    if (!strcmp(does, "stubborn")) {
        signal(SIGTERM, SIG_IGN); /* which the child inherits */
        start_child(id);
        for (;;)
            pause();
    }
    if (!strcmp(does, "leave") || !strcmp(does, "hang"))
        start_child(id);
    if (!strcmp(does, "hang"))
        for (;;)
            pause();
    if (!strcmp(does, "hang up")) {
        shutdown(WORKER_CHANNEL_FD, SHUT_RDWR);
        for (;;)
            pause();
    }
    json_t *value = !strcmp(does, "ask")   ? ask(id)
                    : !strcmp(does, "pid") ? json_integer(getpid())
                                           : json_incref(json_object_get(request, "inputs"));
    if (!strcmp(does, "print")) {
        struct error err = {0};
        const char text[] = "one\ntwo \xff\n\nlast";
        file_write(json_string_at(request, "output", ""), text, sizeof text - 1, 0600, &err);
    }
    say(MESSAGE_OPERATION_RESULT, id, "value", value);
    children_forget(0);
}

static int worker_main(void)
{
    struct error err = {0};
    json_t *request;
    children_share(WORKER_CHILDREN_FD);
    while ((request = message_receive(WORKER_CHANNEL_FD, &pending, &err))) {
        run(request);
        json_decref(request);
    }
    strbuf_release(&pending);
    return 0;
}

/* ---- the engine's side ---- */

struct session {
    uv_loop_t loop;
    struct dispatcher *dispatcher;
    int open; /* operations under way */
    int results, interruptions, interrupted_runs;
    json_t *value;                    /* of the last result */
    struct dispatch_interruption how; /* the last one */
    char why[256];
    char lines[256]; /* output, each line followed by '|' */
    pid_t child;     /* told by an event */
    bool started, async, close_at_result;
    const void *interrupted_tag;
    double timeout;       /* of the next operations; 0: none */
    json_int_t late_call; /* to be answered in the next turn, or 0 */
};

static void on_result(void *data, void *tag, json_t *result)
{
    struct session *s = data;
    (void)tag;
    s->open--;
    s->results++;
    json_decref(s->value);
    s->value = json_incref(json_object_get(result, "value"));
    if (s->close_at_result) {
        dispatcher_close(s->dispatcher);
        s->dispatcher = NULL;
    }
}

static void on_interrupted(void *data, void *tag, const struct dispatch_interruption *how)
{
    struct session *s = data;
    s->interrupted_tag = tag;
    s->open--;
    s->interruptions++;
    s->how = *how;
    s->interrupted_runs += how->started;
    snprintf(s->why, sizeof s->why, "%s", how->why);
}

static void on_started(void *data, void *tag, const struct dispatch_start *start)
{
    struct session *s = data;
    (void)tag;
    s->started = true;
    s->async = start->async;
}

static void on_record(void *data, void *tag, json_t *record)
{
    struct session *s = data;
    (void)tag;
    const char *text = json_string_at(record, "text", NULL);
    if (text)
        snprintf(s->lines + strlen(s->lines), sizeof s->lines - strlen(s->lines), "%s|", text);
    s->child = (pid_t)json_integer_at(record, "pid", s->child);
}

static void on_call(void *data, void *tag, json_int_t call, const char *method, json_t *arguments)
{
    struct session *s = data;
    (void)tag;
    if (!strcmp(method, "get_secret") && !strcmp(json_string_at(arguments, "key", ""), "token"))
        s->late_call = call;
}

static void open_session(struct session *s, int workers)
{
    struct error err = {0};
    memset(s, 0, sizeof *s);
    uv_loop_init(&s->loop);
    struct pool_options options = {.workers = workers,
                                   .worker_path = "/proc/self/exe",
                                   .observer = {.data = s,
                                                .on_result = on_result,
                                                .on_interrupted = on_interrupted,
                                                .on_started = on_started,
                                                .on_record = on_record,
                                                .on_call = on_call}};
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    options.worker_path = path;
    s->dispatcher = pool_new(&s->loop, &options, &err);
    CHECK(s->dispatcher, "a pool of %d workers: %s", workers, err.text);
}

/* How many places there are. */
static int places(struct session *s, bool async)
{
    int taken[64], count = 0;
    while (count < 64 && (taken[count] = dispatcher_reserve(s->dispatcher, async)) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        dispatcher_release(s->dispatcher, taken[i]);
    return count;
}

/* The name of an operation is its tag. */
static bool submit_to(struct session *s, int place, const char *does, json_t *inputs,
                      const char *output)
{
    struct error err = {0};
    json_t *request = message_new(MESSAGE_OPERATION_REQUEST);
    json_object_set_new(request, "id", json_string(does));
    json_object_set_new(request, "do", json_string(does));
    json_object_set_new(request, "inputs", inputs);
    if (s->timeout > 0)
        json_object_set_new(request, "operation", json_pack("{s:f}", "timeout", s->timeout));
    if (output)
        json_object_set_new(request, "output", json_string(output));
    bool ok = dispatcher_submit(s->dispatcher, place, (void *)does, request, &err);
    s->open += ok;
    json_decref(request);
    return ok;
}

static bool submit(struct session *s, const char *does, json_t *inputs, const char *output)
{
    return submit_to(s, dispatcher_reserve(s->dispatcher, false), does, inputs, output);
}

/* Let the loop go on until no operation is under way. */
static void settle(struct session *s)
{
    while (s->open) {
        uv_run(&s->loop, UV_RUN_ONCE);
        if (s->late_call)
            dispatcher_reply(s->dispatcher, s->late_call, json_true(), NULL);
        s->late_call = 0;
    }
}

static void close_session(struct session *s)
{
    dispatcher_close(s->dispatcher);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&s->loop) == 0, "nothing is left in the loop");
    json_decref(s->value);
}

static bool process_ends(pid_t pid)
{
    int fd = pidfd_open(pid, 0);
    if (fd < 0)
        return true;
    struct pollfd end = {.fd = fd, .events = POLLIN};
    int ended = poll(&end, 1, 60000);
    close(fd);
    return ended == 1;
}

static void test_results(void)
{
    struct session s;
    open_session(&s, 2);
    CHECK(places(&s, false) == 2, "all places are free");
    CHECK(submit(&s, "pid", NULL, NULL) && submit(&s, "echo", json_integer(5), NULL),
          "two operations are taken");
    CHECK(places(&s, false) == 0, "no place is free");
    CHECK(places(&s, true) == 64, "but for async ones");
    settle(&s);
    CHECK(s.results == 2 && places(&s, false) == 2, "both have results");
    submit(&s, "pid", NULL, NULL);
    settle(&s);
    json_int_t first = json_integer_value(s.value);
    submit(&s, "pid", NULL, NULL);
    settle(&s);
    CHECK(first > 1 && json_integer_value(s.value) == first, "a worker is used again");
    submit(&s, "slow", NULL, NULL);
    settle(&s);
    CHECK(s.results == 5 && !s.interruptions, "a result may arrive byte by byte");
    close_session(&s);
}

static void test_large(void)
{
    enum { SIZE = 8 * 1024 * 1024 };
    struct session s;
    char *text = malloc(SIZE + 1);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    open_session(&s, 1);
    submit(&s, "echo", json_string(text), NULL);
    settle(&s);
    CHECK(json_string_length(s.value) == SIZE, "8 MB go there and back");
    free(text);
    close_session(&s);
}

static void test_call(void)
{
    struct session s;
    open_session(&s, 1);
    submit(&s, "ask", NULL, NULL);
    settle(&s);
    CHECK(json_is_true(s.value), "a call is answered in a later turn");
    close_session(&s);
}

static const struct {
    const char *does, *why;
    int signal, exit_code;
    bool started, resumable;
} deaths[] = {
    {"die", "killed by signal 9 (Killed)", 9, -1, true, false},
    {"die resumable", "killed by signal 9 (Killed)", 9, -1, true, true},
    {"exit", "exited with code 3", 0, 3, false, false},
    {"hang up", "killed by signal 9 (Killed)", 9, -1, false, false},
    {"garbage", "ended because it sent a broken message:1:4: invalid token near 'nope'", 9, -1,
     true, false},
    {"oversized",
     "ended because it sent a broken message: 2147483647 bytes are more than the limit of 67108864",
     9, -1, true, false},
    {"stranger", "ended because it sent 'operation_result' for an operation that it was not given",
     9, -1, true, false},
    {"wordless",
     "ended because it sent an operation_result without 'ok', or of a failure without 'error'", 9,
     -1, true, false},
};

static void test_deaths(void)
{
    struct session s;
    open_session(&s, 1);
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        int before = s.results;
        submit(&s, deaths[i].does, NULL, NULL);
        settle(&s);
        CHECK(s.interruptions == (int)i + 1 && !strcmp(s.why, deaths[i].why), "%s: %s",
              deaths[i].does, s.why);
        CHECK(s.how.signal == deaths[i].signal && s.how.exit_code == deaths[i].exit_code,
              "with signal %d, code %d", s.how.signal, s.how.exit_code);
        CHECK(s.how.started == deaths[i].started && s.how.resumable == deaths[i].resumable,
              "started %d, resumable %d", s.how.started, s.how.resumable);
        submit(&s, "echo", NULL, NULL);
        settle(&s);
        CHECK(s.results == before + 1, "another worker takes its place");
    }
    CHECK(s.started, "that an operation starts is told");
    close_session(&s);
}

static void test_last_words(void)
{
    struct session s;
    open_session(&s, 1);
    for (int i = 0; i < 20; i++) {
        submit(&s, "answer and die", NULL, NULL);
        settle(&s);
    }
    /* A worker found dead only after the next request was given to it has not started that. */
    CHECK(s.results > 0 && s.results + s.interruptions == 20, "each operation ends once");
    CHECK(!s.interrupted_runs, "a result sent before death counts");
    close_session(&s);
}

static void test_unread(void)
{
    struct session s;
    open_session(&s, 1);
    submit(&s, "hold 1", NULL, NULL);
    while (!s.async)
        uv_run(&s.loop, UV_RUN_ONCE);
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "die unread", NULL, NULL);
    while (!s.child)
        uv_run(&s.loop, UV_RUN_ONCE);
    s.started = false;
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "echo", NULL, NULL);
    settle(&s);
    CHECK(s.started && s.interruptions == 3,
          "what a worker has said counts though it dies with a request unread");
    close_session(&s);
}

/* Run `does` with a short timeout; how long it took to end, in seconds. */
static double time_out(struct session *s, const char *does)
{
    double start = clock_monotonic();
    s->timeout = 1; /* enough for it to start its child, on a busy machine, too */
    submit(s, does, NULL, NULL);
    s->timeout = 0;
    settle(s);
    CHECK(s->how.timed_out && !strcmp(s->why, "took longer than 1 seconds"), "%s: %s", does,
          s->why);
    return clock_monotonic() - start;
}

static void test_timeout(void)
{
    struct session s;
    open_session(&s, 1);
    submit(&s, "leave", NULL, NULL);
    settle(&s);
    pid_t left = s.child;
    double seconds = time_out(&s, "hang");
    CHECK(s.interruptions == 1 && seconds < 5, "it ends when it is told to: %g s", seconds);
    CHECK(s.child != left && process_ends(s.child), "and its child");
    CHECK(kill(left, 0) == 0 && getpgid(left) == left, "what an earlier operation left lives on");
    kill(left, SIGKILL);
    seconds = time_out(&s, "stubborn");
    CHECK(seconds > 5, "one that does not is killed: %g s", seconds);
    CHECK(process_ends(s.child), "with its child");
    s.timeout = 60;
    submit(&s, "echo", NULL, NULL);
    settle(&s);
    CHECK(s.results == 2, "one that is fast enough is not concerned");
    close_session(&s);
}

static void test_sharing(void)
{
    struct session s;
    open_session(&s, 1);
    submit(&s, "hold 1", NULL, NULL);
    CHECK(places(&s, false) == 0, "nobody knows yet that it is async");
    while (!s.async)
        uv_run(&s.loop, UV_RUN_ONCE);
    CHECK(places(&s, false) == 1, "an ordinary operation has a place beside it");
    CHECK(dispatcher_reserve(s.dispatcher, true) == 0, "another async one shares its worker");
    dispatcher_release(s.dispatcher, 0);
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "hold 2", NULL, NULL);
    s.timeout = 0.01;
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "hold 3", NULL, NULL);
    s.timeout = 0;
    while (!s.interruptions)
        uv_run(&s.loop, UV_RUN_ONCE);
    CHECK(!strcmp(s.interrupted_tag, "hold 3") && s.how.timed_out && s.how.resumable,
          "one can be ended by its timeout: %s", s.why);
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "let go", NULL, NULL);
    settle(&s);
    CHECK(s.results >= 3 && s.interruptions == 1, "its neighbours go on");
    s.async = false;
    submit(&s, "hold 4", NULL, NULL);
    while (!s.async)
        uv_run(&s.loop, UV_RUN_ONCE);
    submit_to(&s, dispatcher_reserve(s.dispatcher, true), "hold 5", NULL, NULL);
    close_session(&s);
}

static void test_close(void)
{
    struct session s;
    open_session(&s, 2);
    submit(&s, "hang", NULL, NULL);
    while (!s.child)
        uv_run(&s.loop, UV_RUN_ONCE);
    s.close_at_result = true;
    submit(&s, "echo", NULL, NULL);
    while (s.dispatcher)
        uv_run(&s.loop, UV_RUN_ONCE);
    close_session(&s);
    CHECK(s.results == 1 && !s.interruptions, "operations ended by close are not reported");
    CHECK(process_ends(s.child), "but their children are ended");
}

static void test_output(void)
{
    struct session s;
    char path[] = "/tmp/pool_test-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    open_session(&s, 1);
    submit(&s, "print", NULL, path);
    settle(&s);
    CHECK(!strcmp(s.lines, "one|two \xef\xbf\xbd||last|"), "output comes in lines: %s", s.lines);
    close_session(&s);
    unlink(path);
}

static const char *output_of(struct session *s, const char *does, const char *output)
{
    submit(s, does, NULL, output);
    settle(s);
    return json_string_value(s->value);
}

static void test_output_again(void)
{
    struct session s;
    open_session(&s, 1);
    const char *output = output_of(&s, "mute", "/nowhere/a");
    CHECK(!strcmp(output, "/nowhere/a"), "an operation has its file: %s", output);
    output = output_of(&s, "maybe print", "/nowhere/b");
    CHECK(!strcmp(output, "/nowhere/a"), "the next one has it again if it is empty: %s", output);
    output = output_of(&s, "mute", "/nowhere/c");
    CHECK(!strcmp(output, "/nowhere/c"), "and a new one if it may not be: %s", output);
    close_session(&s);
}

static void test_refusals(void)
{
    struct error err = {0};
    struct session s;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct pool_options options = {.workers = 1, .worker_path = "/nowhere/worker"};
    CHECK(!pool_new(&loop, &options, &err) && err.code == ERROR_NOT_FOUND, "%s", err.text);
    uv_loop_close(&loop);

    open_session(&s, 1);
    json_t *nothing = json_object();
    error_clear(&err);
    CHECK(!dispatcher_submit(s.dispatcher, dispatcher_reserve(s.dispatcher, false), NULL, nothing,
                             &err) &&
              err.code == ERROR_INVALID,
          "%s", err.text);
    json_decref(nothing);
    close_session(&s);
}

int main(void)
{
    if (getenv("POOL_TEST_WORKER"))
        return worker_main();
    setenv("POOL_TEST_WORKER", "1", 1);
    test_results();
    test_large();
    test_call();
    test_deaths();
    test_last_words();
    test_unread();
    test_timeout();
    test_sharing();
    test_close();
    test_output();
    test_output_again();
    test_refusals();
    return checks_done();
}
