/* message.h - what engine and worker say to each other, as frames on a stream (docs/protocol.md).
 *
 * A frame is the length of its text, four bytes, little-endian, and the text: one JSON object with
 * "version" and "type".
 */
#ifndef CLOUDIFY_DISPATCH_MESSAGE_H
#define CLOUDIFY_DISPATCH_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

enum { MESSAGE_VERSION = 1 };
/* The longest text of a frame, bytes. */
enum { MESSAGE_LIMIT = 64 * 1024 * 1024 };

/* What a worker finds open when it starts. */
enum {
    WORKER_CHANNEL_FD = 3,  /* the stream of messages: a socket, blocking */
    WORKER_LIFELINE_FD = 4, /* a pipe that nobody writes to: at its end the engine is gone */
    WORKER_CHILDREN_FD = 5, /* the memory that children_share() takes */
};

enum message_type {
    MESSAGE_OPERATION_REQUEST, /* engine -> worker */
    MESSAGE_OPERATION_CANCEL,  /* engine -> worker: end an async operation */
    MESSAGE_REPLY,             /* engine -> worker: the answer to a call */
    MESSAGE_OPERATION_STARTED, /* worker -> engine: the function is found and about to run */
    MESSAGE_OPERATION_RESULT,  /* worker -> engine */
    MESSAGE_LOG,               /* worker -> engine */
    MESSAGE_EVENT,             /* worker -> engine */
    MESSAGE_CALL,              /* worker -> engine: a question, which a reply answers */
};

/** "operation_request", ... */
const char *message_type_name(enum message_type type);
/** An object that has "version" and "type": new, or NULL when out of memory. */
json_t *message_new(enum message_type type);
/**
 * Check what every message must be: an object of this version and of a known type.
 *
 * @param type set to it
 * @return false with `err` set: ERROR_INVALID
 */
bool message_check(const json_t *message, enum message_type *type, struct error *err);

/**
 * The reply to the call number `call`: with `result` (borrowed; NULL: null), or with the error
 * {code, message} of `failure` where that is not NULL. New, or NULL when out of memory.
 */
json_t *message_reply(json_int_t call, json_t *result, const struct error *failure);
/**
 * What a reply says.
 *
 * @return the result, a new reference, or NULL with `err` set to the error that it brought
 */
json_t *message_reply_result(const json_t *reply, struct error *err);

/* What a log and an event differ in. */
struct message_record {
    enum message_type type; /* MESSAGE_LOG or MESSAGE_EVENT */
    const char *kind;       /* the level of a log, the type of an event */
    const char *logger;     /* of a log; NULL: of none */
    const char *text;
};
/** A record, of now, of the operation `id`, its text cut (base/cut_text.h); new, or NULL when out
 * of memory. */
json_t *message_record(const char *id, const struct message_record *record);
/**
 * The operation_result of one that could not be run, or whose result could not be sent; new, or
 * NULL when out of memory.
 *
 * @param kind "RecoverableError" or "NonRecoverableError"
 */
json_t *message_failure(const char *id, const char *kind, const struct error *err);

/**
 * Append `message` as a frame.
 *
 * @return false with `err` set: ERROR_LIMIT (longer than MESSAGE_LIMIT; `out` is as it was),
 *         ERROR_NOMEM
 */
bool message_write(struct strbuf *out, const json_t *message, struct error *err);
/**
 * Take the first frame of `data`, which may hold less or more than one.
 *
 * @param taken set to how many bytes the frame had; 0 if it has not arrived in full
 * @return the message, a new reference, or NULL: more bytes are needed (`err` not set), or the
 *         stream is broken for good: ERROR_LIMIT (too long), ERROR_INVALID (no JSON, no message)
 */
json_t *message_read(const char *data, size_t length, size_t *taken, struct error *err);

/**
 * Send `message` over the blocking socket `fd`.
 *
 * @return false with `err` set: ERROR_LIMIT, ERROR_NOMEM, ERROR_IO (the other side is gone)
 */
bool message_send(int fd, const json_t *message, struct error *err);
/**
 * Wait for the next message on the blocking socket `fd`.
 *
 * @param pending what has been read beyond the last message; start with an empty one and keep it
 * @return a new reference, or NULL: the other side has closed it (`err` not set), or `err` says
 *         what is wrong
 */
json_t *message_receive(int fd, struct strbuf *pending, struct error *err);

#endif
