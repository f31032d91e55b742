/* connection.c - see connection.h. */
#include "worker/connection.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dispatch/children.h"
#include "dispatch/message.h"

enum { READ_SIZE = 64 * 1024 };

static struct strbuf received = STRBUF_INIT;
static json_t *kept; /* list of what came while a reply was waited for; or NULL */
static json_int_t last_call;
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;

void connection_give_up(const struct error *err)
{
    fprintf(stderr, "cloudify-worker: %s\n", err->text);
    children_end();
    _exit(1);
}

bool connection_try_send(json_t *message, struct error *err)
{
    pthread_mutex_lock(&sending);
    bool ok = message ? message_send(WORKER_CHANNEL_FD, message, err) : error_nomem(err);
    pthread_mutex_unlock(&sending);
    json_decref(message);
    if (!ok && err->code != ERROR_LIMIT)
        connection_give_up(err);
    return ok;
}

void connection_send(json_t *message)
{
    struct error err = {0};
    if (!connection_try_send(message, &err))
        connection_give_up(&err);
}

/* ---- receiving ---- */

/* The first document of what has been read, or NULL: it is not there in full. */
static json_t *take_first(void)
{
    struct error err = {0};
    size_t taken;
    json_t *message = message_read(received.text, received.length, &taken, &err);
    if (err.code)
        connection_give_up(&err);
    if (message)
        strbuf_remove_front(&received, taken);
    return message;
}

bool connection_receive(void)
{
    if (!strbuf_reserve(&received, READ_SIZE))
        return false;
    ssize_t count;
    do
        count = recv(WORKER_CHANNEL_FD, received.text + received.length, READ_SIZE, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    received.length += (size_t)count;
    received.text[received.length] = '\0';
    return true;
}

json_t *connection_next(void)
{
    if (!json_array_size(kept))
        return take_first();
    json_t *message = json_incref(json_array_get(kept, 0));
    json_array_remove(kept, 0);
    return message;
}

/* ---- calls ---- */

static json_t *call_message(const char *operation, const char *method, const json_t *arguments)
{
    json_t *message = message_new(MESSAGE_CALL);
    if (json_object_set_new(message, "id", json_integer(++last_call)) |
        json_object_set_new(message, "operation", json_string(operation)) |
        json_object_set_new(message, "method", json_string(method)) |
        json_object_set(message, "arguments", (json_t *)arguments)) {
        json_decref(message);
        return NULL;
    }
    return message;
}

static void keep(json_t *message)
{
    struct error err = {0};
    if (!kept)
        kept = json_array();
    if (!json_array_append_new(kept, message))
        return;
    error_nomem(&err);
    connection_give_up(&err);
}

static void check_reply(const json_t *reply)
{
    struct error err = {0};
    if (json_integer_at(reply, "id", 0) == last_call)
        return;
    error_set(&err, ERROR_INVALID,
              "the engine has answered call %" JSON_INTEGER_FORMAT
              " instead of call %" JSON_INTEGER_FORMAT,
              json_integer_at(reply, "id", 0), last_call);
    connection_give_up(&err);
}

static json_t *receive_reply(void)
{
    struct error err = {0};
    json_t *message;
    while ((message = message_receive(WORKER_CHANNEL_FD, &received, &err))) {
        enum message_type type;
        if (message_check(message, &type, &err) && type == MESSAGE_REPLY) {
            check_reply(message);
            return message;
        }
        keep(message);
    }
    if (!err.code)
        error_set(&err, ERROR_IO, "the engine is gone");
    connection_give_up(&err);
}

json_t *connection_call(const char *operation, const char *method, const json_t *arguments,
                        struct error *err)
{
    if (!connection_try_send(call_message(operation, method, arguments), err))
        return NULL;
    json_t *reply = receive_reply();
    json_t *result = message_reply_result(reply, err);
    json_decref(reply);
    return result;
}

void connection_release(void)
{
    strbuf_release(&received);
    json_decref(kept);
    kept = NULL;
}
