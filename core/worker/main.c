/* main.c - a worker: runs the operations that its engine sends, one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "dispatch/children.h"
#include "dispatch/message.h"
#include "lua/operation_host.h"
#include "worker/lifeline.h"
#include "worker/output_file.h"

/* The connection to the engine, and the operation that it concerns. */
struct connection {
    struct strbuf pending;
    const char *operation; /* id of the running one, borrowed from its request; or NULL */
    json_int_t last_call;
};

/* Without its engine a worker is of no use, nor may its operation go on (invariant 2). */
static void give_up(const struct error *err)
{
    fprintf(stderr, "cloudify-worker: %s\n", err->text);
    children_end();
    _exit(1);
}

/* Takes `message`; NULL means that memory ran out. */
static void send_or_give_up(json_t *message)
{
    struct error err = {0};
    if (!message)
        error_nomem(&err);
    else
        message_send(WORKER_CHANNEL_FD, message, &err);
    json_decref(message);
    if (err.code != ERROR_NONE)
        give_up(&err);
}

/* ---- operation_channel ---- */

static void channel_started(void *data, bool resumable)
{
    struct connection *connection = data;
    json_t *message = message_new(MESSAGE_OPERATION_STARTED);
    if (json_object_set_new(message, "id", json_string(connection->operation)) ||
        json_object_set_new(message, "resumable", json_boolean(resumable))) {
        json_decref(message);
        message = NULL;
    }
    send_or_give_up(message);
}

/* A log or event: `key` and `value` are what the two differ in. */
static void send_record(const struct connection *connection, enum message_type type,
                        const char *key, const char *value, const char *logger, const char *text)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_timestamp(timestamp);
    json_t *message = message_new(type);
    int failed = json_object_set_new(message, "id", json_string(connection->operation)) |
                 json_object_set_new(message, "timestamp", json_string(timestamp)) |
                 json_object_set_new(message, key, utf8_string(value, strlen(value))) |
                 json_object_set_new(message, "text", utf8_string(text, strlen(text)));
    if (logger)
        failed |= json_object_set_new(message, "logger", utf8_string(logger, strlen(logger)));
    if (failed) {
        json_decref(message);
        message = NULL;
    }
    send_or_give_up(message);
}

static void channel_log(void *data, const char *level, const char *logger, const char *text)
{
    send_record(data, MESSAGE_LOG, "level", level, logger, text);
}

static void channel_event(void *data, const char *type, const char *text)
{
    send_record(data, MESSAGE_EVENT, "event_type", type, NULL, text);
}

static json_t *call_message(struct connection *connection, const char *method,
                            const json_t *arguments)
{
    json_t *message = message_new(MESSAGE_CALL);
    if (json_object_set_new(message, "id", json_integer(++connection->last_call)) |
        json_object_set_new(message, "operation", json_string(connection->operation)) |
        json_object_set_new(message, "method", json_string(method)) |
        json_object_set(message, "arguments", (json_t *)arguments)) {
        json_decref(message);
        return NULL;
    }
    return message;
}

static json_t *receive_reply(struct connection *connection, struct error *err)
{
    enum message_type type;
    json_t *reply = message_receive(WORKER_CHANNEL_FD, &connection->pending, err);
    if (!reply) {
        error_set(err, ERROR_IO, "the engine is gone");
        give_up(err);
    }
    if (!message_check(reply, &type, err) || type != MESSAGE_REPLY ||
        json_integer_at(reply, "id", 0) != connection->last_call) {
        error_set(err, ERROR_INVALID,
                  "the engine has answered with '%s' to call %" JSON_INTEGER_FORMAT,
                  json_string_at(reply, "type", ""), connection->last_call);
        give_up(err);
    }
    return reply;
}

static json_t *channel_call(void *data, const char *method, const json_t *arguments,
                            struct error *err)
{
    struct connection *connection = data;
    json_t *message = call_message(connection, method, arguments);
    if (!message) {
        error_nomem(err);
        return NULL;
    }
    bool sent = message_send(WORKER_CHANNEL_FD, message, err);
    json_decref(message);
    if (!sent)
        return NULL;
    json_t *reply = receive_reply(connection, err);
    json_t *result = message_reply_result(reply, err);
    json_decref(reply);
    return result;
}

/* ---- operations ---- */

/* The operation_result of one that could not be run, or whose result could not be sent. */
static json_t *failure_result(const char *id, const char *kind, const struct error *err)
{
    json_t *result = message_new(MESSAGE_OPERATION_RESULT);
    json_t *failure = json_pack("{s:s, s:s, s:s, s:b}", "type", kind, "known_type", kind, "message",
                                err->text, "recoverable", !strcmp(kind, "RecoverableError"));
    if (json_object_set_new(result, "id", json_string(id)) |
        json_object_set_new(result, "ok", json_false()) |
        json_object_set_new(result, "error", failure)) {
        json_decref(result);
        return NULL;
    }
    return result;
}

/* Takes `result`. */
static void send_result(const char *id, json_t *result)
{
    struct error err = {0};
    if (!result)
        error_nomem(&err);
    else
        message_send(WORKER_CHANNEL_FD, result, &err);
    json_decref(result);
    if (err.code == ERROR_LIMIT)
        send_or_give_up(failure_result(id, "NonRecoverableError", &err));
    else if (err.code != ERROR_NONE)
        give_up(&err);
}

static void run_operation(struct connection *connection, struct operation_host *host,
                          const json_t *request)
{
    struct error err = {0};
    struct output_file output;
    const char *path = json_string_at(request, "output", NULL);
    connection->operation = json_string_at(request, "id", "");
    FAULT_POINT("operation.received");
    if (path && !output_file_begin(&output, path, &err)) {
        send_result(connection->operation,
                    failure_result(connection->operation, "RecoverableError", &err));
        return;
    }
    json_t *result = operation_host_run(host, request);
    bool has_output = path && output_file_end(&output, path);
    if (path && !has_output && json_object_set_new(result, "output", json_false())) {
        json_decref(result);
        result = NULL;
    }
    FAULT_POINT("operation.ended");
    send_result(connection->operation, result);
    FAULT_POINT("operation.sent");
    connection->operation = NULL;
    /* Only now: until the engine has the result, what the operation started dies with us. */
    children_forget();
}

static bool serve(struct connection *connection, struct operation_host *host, struct error *err)
{
    json_t *request;
    while ((request = message_receive(WORKER_CHANNEL_FD, &connection->pending, err))) {
        enum message_type type;
        bool ok = message_check(request, &type, err);
        if (ok && type != MESSAGE_OPERATION_REQUEST)
            ok = error_set(err, ERROR_INVALID, "expected an operation_request, got '%s'",
                           message_type_name(type));
        if (ok)
            run_operation(connection, host, request);
        json_decref(request);
        if (!ok)
            return false;
    }
    return err->code == ERROR_NONE;
}

static bool take_descriptors(struct error *err)
{
    const int descriptors[] = {WORKER_CHANNEL_FD, WORKER_LIFELINE_FD, WORKER_CHILDREN_FD};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (fcntl(descriptors[i], F_SETFD, FD_CLOEXEC) != 0)
            return error_set(err, ERROR_INVALID,
                             "descriptor %d is not open: workers are started by an engine, not "
                             "by hand",
                             descriptors[i]);
    }
    if (!children_share(WORKER_CHILDREN_FD))
        return error_set(err, ERROR_INVALID, "descriptor %d is no shared memory: %s",
                         WORKER_CHILDREN_FD, strerror(errno));
    return lifeline_watch(WORKER_LIFELINE_FD, err);
}

int main(void)
{
    struct error err = {0};
    struct connection connection = {.pending = STRBUF_INIT};
    struct operation_channel channel = {.data = &connection,
                                        .started = channel_started,
                                        .call = channel_call,
                                        .log = channel_log,
                                        .event = channel_event};
    /* What a plugin prints shall be seen as it is printed. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct operation_host *host = NULL;
    bool ok = take_descriptors(&err) && (host = operation_host_new(&channel, &err)) &&
              serve(&connection, host, &err);
    operation_host_free(host);
    strbuf_release(&connection.pending);
    if (!ok)
        fprintf(stderr, "cloudify-worker: %s\n", err.text);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
