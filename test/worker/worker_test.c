/* worker_test.c - the worker executable with a small plugin: results, output, and every death. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "base/json.h"
#include "dispatch/dispatch.h"
#include "dispatch/message.h"

static const char plugin_text[] =
    "local operation = require('cloudify.decorators').operation\n"
    "local tasks = {}\n"
    "tasks.echo = operation(function(ctx, inputs) return inputs.text end)\n"
    "tasks.secret = operation(function(ctx) return ctx:get_secret('token') end)\n"
    "tasks.print = operation(function(ctx)\n"
    "   print('from Lua')\n"
    "   os.execute('echo from a child; echo in error >&2')\n"
    "   ctx.logger:info('logged %d', 5)\n"
    "end)\n"
    "tasks.die = operation{resumable = true}(function(ctx) os.execute('kill -9 $PPID') end)\n"
    "tasks.exit = operation(function(ctx) os.exit(3) end)\n"
    /* The first line tells both pids; the second process of the group outlives the first. */
    "tasks.hang = operation(function(ctx)\n"
    "   os.execute('sleep 1000 & echo $PPID $$ $!; wait')\n"
    "end)\n"
    "tasks.leave = operation(function(ctx)\n"
    "   os.execute('sleep 1000 & echo $PPID $$ $!')\n"
    "end)\n"
    /* A daemon is in no group of its operation's any more; it speaks when it is told to. */
    "tasks.daemon = operation(function(ctx)\n"
    "   os.execute('cd ' .. ctx.plugin.workdir .. '; mkfifo go done; '\n"
    "              .. 'setsid sh -c \"read x <go; echo late; echo >done\" &')\n"
    "end)\n"
    "tasks.provoke = operation(function(ctx)\n"
    "   io.open(ctx.plugin.workdir .. '/go', 'w'):close()\n"
    "   io.open(ctx.plugin.workdir .. '/done'):close()\n"
    "   print('soon')\n"
    "end)\n"
    "return tasks\n";

static char directory[] = "/tmp/worker_test-XXXXXX";
static char worker_path[4200];

struct session {
    uv_loop_t loop;
    struct dispatcher *dispatcher;
    int under_way, submitted;
    json_t *result;
    json_t *first; /* request */
    struct dispatch_interruption how;
    bool interrupted;
    char text[1024]; /* logs and output, each followed by '|' */
    int pids[3];     /* worker, shell, sleep */
    int told;        /* descriptor to write the pids to, or -1 */
};

static void on_result(void *data, void *tag, json_t *result)
{
    struct session *s = data;
    (void)tag;
    s->under_way--;
    json_decref(s->result);
    s->result = json_incref(result);
}

static void on_interrupted(void *data, void *tag, const struct dispatch_interruption *how)
{
    struct session *s = data;
    (void)tag;
    s->under_way--;
    s->how = *how;
    s->interrupted = true;
}

static void on_record(void *data, void *tag, json_t *record)
{
    struct session *s = data;
    const char *text = json_string_at(record, "text", "");
    (void)tag;
    strncat(s->text, text, sizeof s->text - strlen(s->text) - 1);
    strncat(s->text, "|", sizeof s->text - strlen(s->text) - 1);
    bool pids = sscanf(text, "%d %d %d", &s->pids[0], &s->pids[1], &s->pids[2]) == 3;
    if (pids && s->told >= 0 && write(s->told, s->pids, sizeof s->pids) < 0)
        _exit(1);
}

static void on_call(void *data, void *tag, json_int_t call, const char *method, json_t *arguments)
{
    struct session *s = data;
    json_t *value = json_pack("s++", method, ":", json_string_at(arguments, "key", ""));
    (void)tag;
    dispatcher_reply(s->dispatcher, call, value, NULL);
    json_decref(value);
}

static bool open_session(struct session *s)
{
    struct error err = {0};
    struct pool_options options = {.workers = 1,
                                   .worker_path = worker_path,
                                   .observer = {.data = s,
                                                .on_result = on_result,
                                                .on_interrupted = on_interrupted,
                                                .on_record = on_record,
                                                .on_call = on_call}};
    memset(s, 0, sizeof *s);
    s->told = -1;
    uv_loop_init(&s->loop);
    s->dispatcher = pool_new(&s->loop, &options, &err);
    return CHECK(s->dispatcher, "a pool of '%s': %s", worker_path, err.text);
}

static json_t *request_new(const char *id, const char *function)
{
    json_error_t problem;
    json_t *request = json_pack_ex(
        &problem, 0,
        "{s:i, s:s, s:s, s:{s:s, s:s, s:{}, s:{s:s}, s:{s:s}}, s:{s:s, s:i, s:i},"
        " s:{s:s, s:s, s:s, s:{}, s:[s], s:s}, s:s, s:s, s:{s:s}, s:b, s:s, s:s, s:s,"
        " s:{s:s, s:s, s:[s], s:{}}, s:{s:s, s:i, s:i, s:{}, s:[], s:n, s:[]}}",
        "version", 1, "type", "operation_request", "id", id, "context", "execution_id", "e1",
        "workflow_id", "install", "workflow_parameters", "deployment", "id", "d1", "blueprint",
        "id", "b1", "operation", "name", "test.run", "retry_number", 0, "max_retries", 0, "plugin",
        "name", "probe", "package_name", "probe", "package_version", "1.0", "properties",
        "directories", directory, "workdir", directory, "module", "probe.tasks", "function",
        function, "inputs", "text", "hello", "resume", 0, "resources", directory, "workdir",
        directory, "output", "", "node", "id", "web", "type", "t", "type_hierarchy", "t",
        "properties", "instance", "id", "web_1", "index", 1, "version", 1, "runtime_properties",
        "relationships", "host_id", "scaling_groups");
    char *output = path_join(directory, id);
    json_object_set_new(request, "output", json_string(output));
    free(output);
    return request;
}

/* As an engine does: what all requests have in common is the same value, which is sent once. */
static void share(struct session *s, json_t *request)
{
    static const char *const common[] = {"context", "plugin", "resources", "workdir"};
    if (!s->first)
        s->first = json_copy(request);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        json_object_set(request, common[i], json_object_get(s->first, common[i]));
}

static void submit(struct session *s, const char *function)
{
    char id[32];
    struct error err = {0};
    snprintf(id, sizeof id, "task-%d", ++s->submitted);
    json_t *request = request_new(id, function);
    share(s, request);
    s->interrupted = false;
    s->text[0] = '\0';
    json_decref(s->result);
    s->result = NULL;
    bool ok = dispatcher_submit(s->dispatcher, dispatcher_reserve(s->dispatcher, false), s, request,
                                &err);
    s->under_way += ok;
    json_decref(request);
    if (!ok)
        CHECK(ok, "submitting '%s': %s", function, err.text);
}

static void run(struct session *s, const char *function)
{
    submit(s, function);
    while (s->under_way)
        uv_run(&s->loop, UV_RUN_ONCE);
}

static void close_session(struct session *s)
{
    dispatcher_close(s->dispatcher);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
    json_decref(s->result);
    json_decref(s->first);
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

static const char *value(const struct session *s)
{
    const char *message = json_string_at(json_object_get(s->result, "error"), "message", "");
    return json_string_at(s->result, "value", message);
}

static bool has_file(const char *name)
{
    char *path = path_join(directory, name);
    bool has = file_exists(path);
    free(path);
    return has;
}

static void test_operations(void)
{
    struct session s;
    if (!open_session(&s))
        return;
    run(&s, "echo");
    CHECK(!strcmp(value(&s), "hello"), "an operation returns its value: %s", value(&s));
    run(&s, "secret");
    CHECK(!strcmp(value(&s), "get_secret:token"), "it asks the engine: %s", value(&s));
    run(&s, "print");
    const char *printed = strstr(s.text, "from Lua|");
    printed = printed ? strstr(printed, "from a child|") : NULL;
    CHECK(printed && strstr(printed, "in error|"), "output arrives in its order: %s", s.text);
    CHECK(strstr(s.text, "logged 5|"), "a log arrives: %s %s", s.text, value(&s));
    run(&s, "echo");
    close_session(&s);
    CHECK(has_file("task-1") && !has_file("task-2") && !has_file("task-3") && !has_file("task-4"),
          "one file is left, which had been empty before the third operation has printed");
}

static void test_daemon(void)
{
    struct session s;
    if (!open_session(&s))
        return;
    run(&s, "daemon");
    run(&s, "provoke");
    CHECK(!strcmp(s.text, "soon|"), "what a daemon prints is in no other's output: %s", s.text);
    close_session(&s);
}

static void test_deaths(void)
{
    struct session s;
    if (!open_session(&s))
        return;
    run(&s, "die");
    CHECK(s.interrupted && s.how.signal == SIGKILL && s.how.started && s.how.resumable,
          "a killed worker interrupts a resumable operation %s", value(&s));
    run(&s, "exit");
    CHECK(s.interrupted && s.how.exit_code == 3 && s.how.started && !s.how.resumable,
          "one that exits interrupts another %s", value(&s));
    run(&s, "echo");
    CHECK(!s.interrupted && !strcmp(value(&s), "hello"), "another worker goes on");
    close_session(&s);
}

static void test_children(void)
{
    struct session s;
    if (!open_session(&s))
        return;
    run(&s, "leave");
    pid_t left = s.pids[2];
    submit(&s, "hang");
    while (s.under_way && s.pids[2] == left)
        uv_run(&s.loop, UV_RUN_ONCE);
    if (s.pids[0] > 0)
        kill(s.pids[0], SIGKILL);
    while (s.under_way)
        uv_run(&s.loop, UV_RUN_ONCE);
    CHECK(s.interrupted && process_ends(s.pids[1]) && process_ends(s.pids[2]),
          "the processes of an operation end with its killed worker");
    CHECK(left > 1 && kill(left, 0) == 0, "those that an earlier one left do not");
    if (left > 1)
        kill(left, SIGKILL);
    close_session(&s);
}

/* An engine that is killed while its operation hangs. */
static void run_engine(int told)
{
    struct session s;
    if (!open_session(&s))
        _exit(1);
    s.told = told;
    submit(&s, "hang");
    uv_run(&s.loop, UV_RUN_DEFAULT);
    _exit(1);
}

static void test_engine_death(void)
{
    int ends[2], pids[3] = {0, 0, 0};
    if (pipe(ends) != 0)
        return;
    fflush(stdout);
    pid_t engine = fork();
    if (engine == 0) {
        close(ends[0]);
        checks_run = 1000; /* its one check is not of our plan */
        if (!freopen("/dev/null", "w", stdout))
            _exit(1);
        run_engine(ends[1]);
    }
    close(ends[1]);
    CHECK(read(ends[0], pids, sizeof pids) == sizeof pids && pids[0] > 1, "an operation hangs");
    close(ends[0]);
    kill(engine, SIGKILL);
    waitpid(engine, NULL, 0);
    CHECK(pids[0] > 1 && process_ends(pids[0]), "a second after its engine the worker is gone");
    CHECK(pids[0] > 1 && process_ends(pids[1]) && process_ends(pids[2]),
          "and so are the processes of its operation");
}

static bool set_up(void)
{
    struct error err = {0};
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0 || !mkdtemp(directory))
        return false;
    path[length] = '\0';
    char *beside = path_directory(path);
    snprintf(worker_path, sizeof worker_path, "%s/../../cloudify-worker", beside);
    free(beside);
    snprintf(path, sizeof path, "%s/probe/probe", directory);
    if (!directory_make(path, 0700, &err))
        return false;
    strcat(path, "/tasks.lua");
    return file_write(path, plugin_text, sizeof plugin_text - 1, 0600, &err);
}

int main(void)
{
    struct error err = {0};
    if (!CHECK(set_up(), "the plugin is written"))
        return checks_done();
    test_operations();
    test_daemon();
    test_deaths();
    test_children();
    test_engine_death();
    tree_remove(directory, &err);
    return checks_done();
}
