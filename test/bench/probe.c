/* probe.c - what this machine could do with the bare mechanism and nothing of ours.
 *
 * A parent and forked workers joined by socket pairs. An operation is one JSON request of about
 * 1 KB; its worker makes one Lua call and answers with JSON. Each turn, the parent commits all
 * the results that have arrived in one durable SQLite transaction and only then sends the next
 * requests, at most one to a worker. Engine throughput is judged as a fraction of this.
 * No core/ header is included, so that nothing done there can move the yardstick.
 */
#include <errno.h>
#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_WORKERS = 256,
    MAX_OPERATIONS = 100000000,
    MAX_MESSAGE = 1 << 20,      /* bytes; far above any message of ours */
    OPERATIONS_PER_INSTANCE = 4 /* as an install: create, configure, start, poststart */
};

struct options {
    int workers;
    int operations;
    bool json;
    const char *directory; /* the database is made in a new directory inside */
};

/* A worker's slot takes one instance through all its operations, then the next free one: two
 * operations of one instance never overlap. */
struct worker {
    pid_t pid;
    int fd;
    int instance, step; /* of the operation under way, or of the last */
    bool busy;
    char *result; /* a message that has arrived and is not yet applied, or NULL */
    uint32_t result_size;
};

struct probe {
    struct options options;
    struct worker workers[MAX_WORKERS];
    char directory[4096];
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *update, *insert;
    int sent, applied, turns;
    int instances; /* already given to a worker */
    size_t request_bytes;
    double commit_seconds; /* in all: the disk's share, which differs most between machines */
};

/* There is nobody to hand an error to: say it and end. Workers end at their end-of-file. */
static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("probe: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Messages: a length of four bytes in the machine's own order, then that many bytes of JSON. */

static void write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            die("cannot write to a socket: %s", strerror(errno));
        data += n;
        size -= (size_t)n;
    }
}

/* False at end-of-file. */
static bool read_all(int fd, void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t n = read(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            die("cannot read from a socket: %s", strerror(errno));
        if (n == 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

/* Length and text leave in one write, so that the reader wakes up once. Takes `document`. */
static size_t send_document_new(int fd, json_t *document)
{
    char buffer[8192];
    const size_t head = sizeof(uint32_t);
    size_t size =
        document ? json_dumpb(document, buffer + head, sizeof buffer - head, JSON_COMPACT) : 0;
    if (size == 0 || size > sizeof buffer - head)
        die("cannot encode a message");
    uint32_t prefix = (uint32_t)size;
    memcpy(buffer, &prefix, head);
    write_all(fd, buffer, head + size);
    json_decref(document);
    return size;
}

/* A new message of `*size` bytes, or NULL at end-of-file. */
static char *receive_message(int fd, uint32_t *size)
{
    if (!read_all(fd, size, sizeof *size))
        return NULL;
    if (*size > MAX_MESSAGE)
        die("message of %lu bytes", (unsigned long)*size);
    char *message = malloc(*size + 1U);
    if (!message)
        die("out of memory");
    if (!read_all(fd, message, *size))
        die("message cut short");
    return message;
}

static json_t *parse_message(const char *message, uint32_t size)
{
    json_error_t error;
    json_t *document = json_loadb(message, size, 0, &error);
    if (!document)
        die("message is not JSON: %s", error.text);
    return document;
}

/* The worker's side. */

static const char OPERATION[] = "return function(inputs)\n"
                                "   return {port = inputs.port, state = inputs.operation .. 'd',\n"
                                "           endpoint = inputs.address .. ':' .. inputs.port}\n"
                                "end\n";

static void push_json(lua_State *L, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;

    luaL_checkstack(L, 4, "inputs are nested too deeply");
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        lua_createtable(L, 0, (int)json_object_size(value));
        json_object_foreach((json_t *)value, key, item)
        {
            push_json(L, item);
            lua_setfield(L, -2, key);
        }
        break;
    case JSON_ARRAY:
        lua_createtable(L, (int)json_array_size(value), 0);
        json_array_foreach(value, i, item)
        {
            push_json(L, item);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_NULL:
        lua_pushnil(L);
        break;
    default:
        lua_pushboolean(L, json_is_true(value));
    }
}

/* The flat table on top of the stack as a new object. */
static json_t *table_to_json(lua_State *L)
{
    json_t *object = json_object();
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        json_t *value = lua_isinteger(L, -1) ? json_integer(lua_tointeger(L, -1))
                                             : json_string(lua_tostring(L, -1));
        if (json_object_set_new(object, lua_tostring(L, -2), value) != 0)
            die("cannot encode what the operation returned");
    }
    return object;
}

/* Runs protected: [1] the operation, [2] the request as a light userdata. */
static int call_operation(lua_State *L)
{
    const json_t *request = lua_touserdata(L, 2);
    lua_settop(L, 1);
    push_json(L, json_object_get(request, "inputs"));
    lua_call(L, 1, 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    return 1;
}

/* Here and below the formatter would tear names from values. */
/* clang-format off */
static void answer(lua_State *L, int fd, const json_t *request)
{
    lua_pushcfunction(L, call_operation);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)request);
    if (lua_pcall(L, 2, 1, 0) != LUA_OK)
        die("operation failed: %s", lua_tostring(L, -1));
    json_t *properties = table_to_json(L);
    lua_pop(L, 1);
    json_t *task_id = json_object_get(request, "task_id");
    json_t *version = json_object_get(request, "instance_version");
    send_document_new(fd, json_pack("{s:i, s:O, s:O, s:s, s:o}", "version", 1,
                                    "task_id", task_id, "instance_version", version,
                                    "status", "succeeded", "runtime_properties", properties));
}
/* clang-format on */

static int worker_main(int fd)
{
    lua_State *L = luaL_newstate();
    if (!L)
        die("out of memory");
    luaL_openlibs(L);
    if (luaL_dostring(L, OPERATION) != LUA_OK)
        die("operation does not load: %s", lua_tostring(L, -1));
    char *message;
    uint32_t size;
    while ((message = receive_message(fd, &size))) {
        json_t *request = parse_message(message, size);
        answer(L, fd, request);
        json_decref(request);
        free(message);
    }
    lua_close(L);
    return 0;
}

/* The parent's side: workers. */

static void start_workers(struct probe *p)
{
    for (int i = 0; i < p->options.workers; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
            die("cannot make a socket pair: %s", strerror(errno));
        pid_t pid = fork();
        if (pid < 0)
            die("cannot start a worker: %s", strerror(errno));
        if (pid == 0) {
            /* An inherited parent's end would keep an elder worker from its end-of-file. */
            for (int elder = 0; elder < i; elder++)
                close(p->workers[elder].fd);
            close(pair[0]);
            _exit(worker_main(pair[1]));
        }
        close(pair[1]);
        p->workers[i] =
            (struct worker){.pid = pid, .fd = pair[0], .step = OPERATIONS_PER_INSTANCE - 1};
    }
}

static void stop_workers(struct probe *p)
{
    for (int i = 0; i < p->options.workers; i++) {
        close(p->workers[i].fd);
        waitpid(p->workers[i].pid, NULL, 0);
    }
}

static const char *operation_name(const struct worker *w)
{
    static const char *const names[OPERATIONS_PER_INSTANCE] = {"create", "configure", "start",
                                                               "poststart"};
    return names[w->step];
}

/* What a worker needs to know of one operation of one node instance: about 1 KB of JSON. */
/* clang-format off */
static json_t *make_request(const struct worker *w, int number)
{
    const char *name = operation_name(w);
    int instance = w->instance;
    char id[32], host[32], task[64], full_name[64];

    snprintf(id, sizeof id, "service_%d", instance);
    snprintf(host, sizeof host, "host_%d", instance / 10);
    snprintf(task, sizeof task, "5f0c7a52-9d1b-4c66-8a35-%012d", number);
    snprintf(full_name, sizeof full_name, "cloudify.interfaces.lifecycle.%s", name);
    json_t *inputs = json_pack("{s:s, s:i, s:s, s:[s, s], s:{s:b, s:i}}",
                               "operation", name,
                               "port", 8000 + instance % 1000,
                               "address", "10.0.0.17",
                               "arguments", "--listen", "--no-daemon",
                               "options", "verbose", 0, "timeout", 30);
    json_t *properties = json_pack("{s:s, s:i, s:s, s:{s:s, s:s}}",
                                   "name", id,
                                   "port", 8000 + instance % 1000,
                                   "address", "10.0.0.17",
                                   "labels", "environment", "production", "team", "platform");
    json_t *node = json_pack("{s:s, s:s, s:[s, s, s], s:o}",
                             "id", id,
                             "type", "bench.nodes.Service",
                             "type_hierarchy", "cloudify.nodes.Root",
                             "cloudify.nodes.SoftwareComponent", "bench.nodes.Service",
                             "properties", properties);
    json_t *ni = json_pack("{s:s, s:s, s:i, s:{s:s, s:i}, s:[{s:s, s:s}]}",
                           "id", id,
                           "host_id", host,
                           "index", 1,
                           "runtime_properties", "endpoint", "10.0.0.17:8000", "retries", 0,
                           "relationships", "type", "cloudify.relationships.contained_in",
                           "target_id", host);
    json_t *operation = json_pack("{s:s, s:i, s:i}",
                                  "name", full_name, "retry_number", 0, "max_retries", 5);
    json_t *plugin = json_pack("{s:s, s:s, s:s, s:s}",
                               "name", "bench", "package_version", "1.0",
                               "module", "bench.tasks", "function", name);
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:o, s:o, s:o}",
                     "version", 1,
                     "task_id", task,
                     "execution_id", "0b9f6f0e-5a1c-4a53-b7c9-1d2f3e4a5b6c",
                     "workflow_id", "install",
                     "deployment_id", "bench",
                     "blueprint_id", "bench",
                     "type", "operation",
                     "operation", operation,
                     "plugin", plugin,
                     "instance_version", w->step,
                     "inputs", inputs,
                     "node", node,
                     "instance", ni);
}
/* clang-format on */

static void send_next(struct probe *p, struct worker *w)
{
    if (++w->step == OPERATIONS_PER_INSTANCE) {
        w->step = 0;
        w->instance = p->instances++;
    }
    w->busy = true;
    p->request_bytes += send_document_new(w->fd, make_request(w, p->sent++));
}

/* The parent's side: storage. */

static void check_db(struct probe *p, int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE)
        die("database: %s", sqlite3_errmsg(p->db));
}

static void run_sql(struct probe *p, const char *sql)
{
    check_db(p, sqlite3_exec(p->db, sql, NULL, NULL, NULL));
}

static void run_statement(struct probe *p, sqlite3_stmt *statement)
{
    check_db(p, sqlite3_step(statement));
    check_db(p, sqlite3_reset(statement));
}

static sqlite3_stmt *prepare(struct probe *p, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    check_db(p, sqlite3_prepare_v3(p->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static void add_instances(struct probe *p)
{
    /* At the end each worker may hold an instance that it does not bring to its last step. */
    int count = p->options.operations / OPERATIONS_PER_INSTANCE + p->options.workers;
    sqlite3_stmt *add = prepare(p, "INSERT INTO instance VALUES (?, 'uninitialized', 0, '{}')");
    run_sql(p, "BEGIN IMMEDIATE");
    for (int i = 0; i < count; i++) {
        check_db(p, sqlite3_bind_int(add, 1, i));
        run_statement(p, add);
    }
    run_sql(p, "COMMIT");
    sqlite3_finalize(add);
}

/* Durability as the engine promises it: an answer counts once it would survive a power cut. */
static void open_database(struct probe *p)
{
    char path[sizeof p->directory + 16];
    snprintf(p->directory, sizeof p->directory, "%s/probe.XXXXXX", p->options.directory);
    if (!mkdtemp(p->directory))
        die("cannot make a directory in '%s': %s", p->options.directory, strerror(errno));
    snprintf(path, sizeof path, "%s/state.db", p->directory);
    check_db(p, sqlite3_open(path, &p->db));
    run_sql(p, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT NOT NULL,"
               "    version INTEGER NOT NULL, runtime_properties TEXT NOT NULL);"
               "CREATE TABLE event (id INTEGER PRIMARY KEY, instance INTEGER NOT NULL,"
               "    timestamp REAL NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL);");
    p->begin = prepare(p, "BEGIN IMMEDIATE");
    p->commit = prepare(p, "COMMIT");
    p->update = prepare(p, "UPDATE instance SET state = ?, runtime_properties = ?,"
                           " version = version + 1 WHERE id = ? AND version = ?");
    p->insert = prepare(p, "INSERT INTO event (instance, timestamp, type, message)"
                           " VALUES (?, ?, 'task_succeeded', ?)");
    add_instances(p);
}

static void close_database(struct probe *p)
{
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm"};
    sqlite3_stmt *const statements[] = {p->begin, p->commit, p->update, p->insert};

    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(p->db);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[sizeof p->directory + 16];
        snprintf(path, sizeof path, "%s/%s", p->directory, files[i]);
        unlink(path);
    }
    rmdir(p->directory);
}

static void save_instance(struct probe *p, const struct worker *w, const json_t *result)
{
    const json_t *version = json_object_get(result, "instance_version");
    char *properties = json_dumps(json_object_get(result, "runtime_properties"), JSON_COMPACT);
    if (!properties)
        die("result for instance %d has no runtime properties", w->instance);
    check_db(p, sqlite3_bind_text(p->update, 1, operation_name(w), -1, SQLITE_STATIC));
    check_db(p, sqlite3_bind_text(p->update, 2, properties, -1, free));
    check_db(p, sqlite3_bind_int(p->update, 3, w->instance));
    check_db(p, sqlite3_bind_int64(p->update, 4, json_integer_value(version)));
    run_statement(p, p->update);
    if (sqlite3_changes(p->db) != 1)
        die("instance %d is not at version %d", w->instance, w->step);
}

static void save_event(struct probe *p, const struct worker *w, const json_t *result)
{
    struct timespec t;
    char message[256];

    clock_gettime(CLOCK_REALTIME, &t);
    snprintf(message, sizeof message, "Task %s of bench.tasks.%s on service_%d: %s",
             json_string_value(json_object_get(result, "task_id")), operation_name(w), w->instance,
             json_string_value(json_object_get(result, "status")));
    check_db(p, sqlite3_bind_int(p->insert, 1, w->instance));
    check_db(p, sqlite3_bind_double(p->insert, 2, (double)t.tv_sec + (double)t.tv_nsec / 1e9));
    check_db(p, sqlite3_bind_text(p->insert, 3, message, -1, SQLITE_TRANSIENT));
    run_statement(p, p->insert);
}

/* The loop. */

/* Wait until at least one result is there, then take all that are. Messages are small and
 * leave their worker in one piece, so reading one never blocks for long. */
static void receive_results(struct probe *p)
{
    struct pollfd fds[MAX_WORKERS];
    for (int i = 0; i < p->options.workers; i++) {
        struct worker *w = &p->workers[i];
        fds[i] = (struct pollfd){.fd = w->busy ? w->fd : -1, .events = POLLIN};
    }
    while (poll(fds, (nfds_t)p->options.workers, -1) < 0)
        if (errno != EINTR)
            die("cannot poll: %s", strerror(errno));
    for (int i = 0; i < p->options.workers; i++) {
        struct worker *w = &p->workers[i];
        if (fds[i].revents && !(w->result = receive_message(w->fd, &w->result_size)))
            die("worker %d died", i);
    }
}

static void apply_results(struct probe *p)
{
    run_statement(p, p->begin);
    for (int i = 0; i < p->options.workers; i++) {
        struct worker *w = &p->workers[i];
        if (!w->result)
            continue;
        json_t *result = parse_message(w->result, w->result_size);
        save_instance(p, w, result);
        save_event(p, w, result);
        json_decref(result);
        free(w->result);
        w->result = NULL;
        w->busy = false;
        p->applied++;
    }
    double start = now_seconds();
    run_statement(p, p->commit);
    p->commit_seconds += now_seconds() - start;
    p->turns++;
}

static void send_requests(struct probe *p)
{
    for (int i = 0; i < p->options.workers && p->sent < p->options.operations; i++)
        if (!p->workers[i].busy)
            send_next(p, &p->workers[i]);
}

/* Every operation must have left its mark: one more version and one event. */
static void check_all_applied(struct probe *p)
{
    sqlite3_stmt *count = prepare(p, "SELECT (SELECT sum(version) FROM instance),"
                                     " (SELECT count(*) FROM event)");
    if (sqlite3_step(count) != SQLITE_ROW || sqlite3_column_int(count, 0) != p->applied ||
        sqlite3_column_int(count, 1) != p->applied)
        die("database does not hold all %d operations", p->applied);
    sqlite3_finalize(count);
}

static void report(const struct probe *p, double seconds)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double rate = p->applied / seconds;
    double batch = (double)p->applied / p->turns;
    double commit = p->commit_seconds / p->turns * 1e6;
    double bytes = (double)p->request_bytes / p->sent;
    const char *format =
        p->options.json
            ? "{\"workers\": %d, \"operations\": %d, \"seconds\": %.3f,"
              " \"operations_per_second\": %.0f, \"operations_per_commit\": %.1f,"
              " \"commit_us\": %.0f, \"request_bytes\": %.0f, \"max_rss_kb\": %ld}\n"
            : "%d workers: %d operations in %.3f s, %.0f operations/s, %.1f a commit of %.0f us,"
              " %.0f bytes a request, peak RSS of the parent %ld KB\n";
    printf(format, p->options.workers, p->applied, seconds, rate, batch, commit, bytes,
           usage.ru_maxrss);
}

static void usage_exit(void)
{
    fputs("usage: probe [-j WORKERS] [-n OPERATIONS] [-d DIRECTORY] [--json]\n"
          "DIRECTORY is where the database is made; a file system in memory would flatter.\n",
          stderr);
    exit(2);
}

static int parse_count(const char *text, int limit)
{
    char *end;
    errno = 0;
    long n = text ? strtol(text, &end, 10) : 0;
    if (errno != 0 || n < 1 || n > limit || *end != '\0')
        usage_exit();
    return (int)n;
}

static struct options parse_options(char **arg)
{
    struct options o = {.workers = 16, .operations = 20000, .directory = "."};
    while (*++arg) {
        if (!strcmp(*arg, "--json"))
            o.json = true;
        else if (!strcmp(*arg, "-j") && arg[1])
            o.workers = parse_count(*++arg, MAX_WORKERS);
        else if (!strcmp(*arg, "-n") && arg[1])
            o.operations = parse_count(*++arg, MAX_OPERATIONS);
        else if (!strcmp(*arg, "-d") && arg[1])
            o.directory = *++arg;
        else
            usage_exit();
    }
    return o;
}

int main(int argc, char **argv)
{
    static struct probe p;
    (void)argc;
    p.options = parse_options(argv);
    start_workers(&p); /* before the database is open: SQLite must not be carried over a fork */
    open_database(&p);
    double start = now_seconds();
    send_requests(&p);
    while (p.applied < p.options.operations) {
        receive_results(&p);
        apply_results(&p);
        send_requests(&p);
    }
    double seconds = now_seconds() - start;
    check_all_applied(&p);
    close_database(&p);
    stop_workers(&p);
    report(&p, seconds);
    return 0;
}
