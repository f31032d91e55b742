/* message.c - see message.h. */
#include "dispatch/message.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cut_text.h"
#include "base/json.h"
#include "base/utf8.h"

enum { HEADER_SIZE = 4, RECEIVE_SIZE = 64 * 1024 };

static const char *const type_names[] = {
    [MESSAGE_OPERATION_REQUEST] = "operation_request",
    [MESSAGE_OPERATION_CANCEL] = "operation_cancel",
    [MESSAGE_REPLY] = "reply",
    [MESSAGE_OPERATION_STARTED] = "operation_started",
    [MESSAGE_OPERATION_RESULT] = "operation_result",
    [MESSAGE_LOG] = "log",
    [MESSAGE_EVENT] = "event",
    [MESSAGE_CALL] = "call",
};
enum { TYPE_COUNT = sizeof type_names / sizeof *type_names };

const char *message_type_name(enum message_type type)
{
    return type_names[type];
}

json_t *message_new(enum message_type type)
{
    json_t *message = json_object();
    if (json_set_value(message, "version", json_integer(MESSAGE_VERSION)) &&
        json_set_text(message, "type", type_names[type]))
        return message;
    json_decref(message);
    return NULL;
}

bool message_check(const json_t *message, enum message_type *type, struct error *err)
{
    if (!json_is_object(message))
        return error_set(err, ERROR_INVALID, "message: expected an object, got %s",
                         json_kind(message));
    json_int_t version = json_integer_at(message, "version", -1);
    if (version != MESSAGE_VERSION)
        return error_set(err, ERROR_INVALID,
                         "message: version is %" JSON_INTEGER_FORMAT ", expected %d", version,
                         MESSAGE_VERSION);
    const char *name = json_string_at(message, "type", "");
    for (int i = 0; i < TYPE_COUNT; i++) {
        if (!strcmp(name, type_names[i])) {
            *type = (enum message_type)i;
            return true;
        }
    }
    return error_set(err, ERROR_INVALID, "message: unknown type '%s'", name);
}

json_t *message_reply(json_int_t call, json_t *result, const struct error *failure)
{
    json_t *reply = message_new(MESSAGE_REPLY);
    int failed = json_object_set_new(reply, "id", json_integer(call));
    if (failure)
        failed |= json_object_set_new(
            reply, "error",
            json_pack("{s:i, s:s}", "code", (int)failure->code, "message", failure->text));
    else
        failed |= json_object_set_new(reply, "result", result ? json_incref(result) : json_null());
    if (failed) {
        json_decref(reply);
        return NULL;
    }
    return reply;
}

json_t *message_reply_result(const json_t *reply, struct error *err)
{
    const json_t *failure = json_object_get(reply, "error");
    if (failure) {
        error_set(err, (enum error_code)json_integer_at(failure, "code", ERROR_FAILED), "%s",
                  json_string_at(failure, "message", "the engine gave no reason"));
        return NULL;
    }
    json_t *result = json_object_get(reply, "result");
    if (!result)
        error_set(err, ERROR_INVALID, "reply: neither 'result' nor 'error'");
    return json_incref(result);
}

json_t *message_record(const char *id, const struct message_record *record)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_timestamp(timestamp);
    json_t *message = message_new(record->type);
    const char *key = record->type == MESSAGE_LOG ? "level" : "event_type";
    int failed =
        json_object_set_new(message, "id", json_string(id)) |
        json_object_set_new(message, "timestamp", json_string(timestamp)) |
        json_object_set_new(message, key, utf8_string(record->kind, strlen(record->kind))) |
        json_object_set_new(message, "text", cut_text(record->text, strlen(record->text)));
    if (record->logger)
        failed |= json_object_set_new(message, "logger",
                                      utf8_string(record->logger, strlen(record->logger)));
    if (!failed)
        return message;
    json_decref(message);
    return NULL;
}

json_t *message_failure(const char *id, const char *kind, const struct error *err)
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

static uint32_t header_get(const char *data)
{
    const unsigned char *b = (const unsigned char *)data;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void header_put(char *data, uint32_t length)
{
    for (int i = 0; i < HEADER_SIZE; i++)
        data[i] = (char)(length >> (8 * i) & 0xff);
}

bool message_write(struct strbuf *out, const json_t *message, struct error *err)
{
    static const char header[HEADER_SIZE];
    size_t start = out->length;
    strbuf_add(out, header, HEADER_SIZE);
    if (!json_write(out, message))
        return error_nomem(err);
    size_t length = out->length - start - HEADER_SIZE;
    if (length > MESSAGE_LIMIT) {
        strbuf_truncate(out, start);
        return error_set(err, ERROR_LIMIT, "message '%s': %zu bytes are more than the limit of %d",
                         json_string_at(message, "type", ""), length, MESSAGE_LIMIT);
    }
    header_put(out->text + start, (uint32_t)length);
    return true;
}

json_t *message_read(const char *data, size_t length, size_t *taken, struct error *err)
{
    enum message_type type;
    *taken = 0;
    if (length < HEADER_SIZE)
        return NULL;
    uint32_t size = header_get(data);
    if (size > MESSAGE_LIMIT) {
        error_set(err, ERROR_LIMIT, "message: %u bytes are more than the limit of %d", size,
                  MESSAGE_LIMIT);
        return NULL;
    }
    if (length - HEADER_SIZE < size)
        return NULL;
    json_t *message = json_read(data + HEADER_SIZE, size, "message", err);
    if (message && !message_check(message, &type, err)) {
        json_decref(message);
        return NULL;
    }
    *taken = HEADER_SIZE + (size_t)size;
    return message;
}

bool message_send(int fd, const json_t *message, struct error *err)
{
    struct strbuf frame = STRBUF_INIT;
    bool ok = message_write(&frame, message, err);
    for (size_t sent = 0; ok && sent < frame.length;) {
        ssize_t count = send(fd, frame.text + sent, frame.length - sent, MSG_NOSIGNAL);
        if (count >= 0)
            sent += (size_t)count;
        else if (errno != EINTR)
            ok = error_set(err, ERROR_IO, "message: cannot be sent: %s", strerror(errno));
    }
    strbuf_release(&frame);
    return ok;
}

/* Read more into `pending`. @return false at the end, or with `err` set */
static bool receive_more(int fd, struct strbuf *pending, struct error *err)
{
    if (!strbuf_reserve(pending, RECEIVE_SIZE))
        return error_nomem(err);
    ssize_t count;
    do
        count = recv(fd, pending->text + pending->length, RECEIVE_SIZE, 0);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return error_set(err, ERROR_IO, "message: cannot be received: %s", strerror(errno));
    if (count == 0 && pending->length)
        return error_set(err, ERROR_INVALID, "message: the stream ends in the middle of it");
    pending->length += (size_t)count;
    pending->text[pending->length] = '\0';
    return count > 0;
}

json_t *message_receive(int fd, struct strbuf *pending, struct error *err)
{
    size_t taken;
    for (;;) {
        json_t *message = message_read(pending->text, pending->length, &taken, err);
        if (message) {
            strbuf_remove_front(pending, taken);
            return message;
        }
        if (err->code != ERROR_NONE || !receive_more(fd, pending, err))
            return NULL;
    }
}
