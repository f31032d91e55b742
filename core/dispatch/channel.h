/* channel.h - the engine's end of the stream of messages to a worker; private to dispatch/. */
#ifndef CLOUDIFY_DISPATCH_CHANNEL_H
#define CLOUDIFY_DISPATCH_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"
#include "base/strbuf.h"

/*
 * Over uv_poll_t and not uv_pipe_t, which would raise SIGPIPE when the worker is gone: not a
 * signal for a library to ignore on behalf of its host.
 */
struct channel {
    uv_poll_t poll; /* its `data` is the struct */
    int fd;         /* borrowed; -1 until channel_open() */
    struct strbuf received, outgoing;
    size_t sent;   /* how much of `outgoing` is */
    bool finished; /* nothing more is read or written */
    void *data;    /* first argument of the callbacks */
    /* A message, checked and borrowed. */
    void (*on_message)(void *data, json_t *message);
    /* The other side has closed it (`err` NULL), or sends what is no message. Nothing follows. */
    void (*on_end)(void *data, const struct error *err);
};

/** Before anything else: so that an unopened channel can be released. */
void channel_init(struct channel *channel);
/**
 * Talk over the socket `fd`, which must outlive the channel; callbacks and `data` are set.
 *
 * @return 0, or an error of libuv. Afterwards channel->fd tells whether to channel_close() it
 */
int channel_open(struct channel *channel, uv_loop_t *loop, int fd);
/**
 * Put `message` on its way. That nobody receives it any more is no error.
 *
 * @return false with `err` set: ERROR_LIMIT, ERROR_NOMEM
 */
bool channel_send(struct channel *channel, const json_t *message, struct error *err);
/** Take what has arrived, when the other side is known to be dead. */
void channel_drain(struct channel *channel);
/** Neither read nor write any more; `on_end` is not called. Possible from a callback. */
void channel_finish(struct channel *channel);
/** Close the handle of an open channel. */
void channel_close(struct channel *channel, uv_close_cb on_closed);
/** Free its buffers, once it is closed. */
void channel_release(struct channel *channel);

#endif
