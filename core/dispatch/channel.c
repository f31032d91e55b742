/* channel.c - see channel.h. */
#include "dispatch/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "dispatch/message.h"

enum { READ_SIZE = 64 * 1024 };
/* A buffer that has grown beyond is not kept for the next message. */
enum { KEPT_SIZE = 1024 * 1024 };

static void on_ready(uv_poll_t *poll, int status, int events);

void channel_init(struct channel *channel)
{
    *channel = (struct channel){.fd = -1, .received = STRBUF_INIT, .outgoing = STRBUF_INIT};
}

int channel_open(struct channel *channel, uv_loop_t *loop, int fd)
{
    int failed = uv_poll_init(loop, &channel->poll, fd);
    if (failed)
        return failed;
    channel->fd = fd;
    channel->poll.data = channel;
    return uv_poll_start(&channel->poll, UV_READABLE, on_ready);
}

void channel_finish(struct channel *channel)
{
    if (channel->fd >= 0 && !channel->finished)
        uv_poll_stop(&channel->poll);
    channel->finished = true;
}

void channel_close(struct channel *channel, uv_close_cb on_closed)
{
    channel_finish(channel);
    if (!uv_is_closing((uv_handle_t *)&channel->poll))
        uv_close((uv_handle_t *)&channel->poll, on_closed);
}

void channel_release(struct channel *channel)
{
    strbuf_release(&channel->received);
    strbuf_release(&channel->outgoing);
    channel->fd = -1;
}

static void end(struct channel *channel, const struct error *err)
{
    channel_finish(channel);
    channel->on_end(channel->data, err);
}

/* Take the first `count` bytes off `buffer`. */
static void consume(struct strbuf *buffer, size_t count)
{
    size_t left = buffer->length - count;
    if (!left && buffer->capacity > KEPT_SIZE) {
        strbuf_release(buffer);
        *buffer = (struct strbuf)STRBUF_INIT;
        return;
    }
    strbuf_remove_front(buffer, count);
}

/* ---- writing ---- */

/* Write what the socket takes now. Errors mean that the worker is gone, which reading tells. */
static void flush(struct channel *channel)
{
    struct strbuf *outgoing = &channel->outgoing;
    while (channel->sent < outgoing->length) {
        ssize_t count = send(channel->fd, outgoing->text + channel->sent,
                             outgoing->length - channel->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        channel->sent = count < 0 ? outgoing->length : channel->sent + (size_t)count;
    }
    consume(outgoing, outgoing->length);
    channel->sent = 0;
}

bool channel_send(struct channel *channel, const json_t *message, struct error *err)
{
    bool waiting = channel->outgoing.length;
    if (channel->finished)
        return true;
    if (!message_write(&channel->outgoing, message, err))
        return false;
    if (!waiting)
        flush(channel);
    if (!waiting && channel->outgoing.length)
        uv_poll_start(&channel->poll, UV_READABLE | UV_WRITABLE, on_ready);
    return true;
}

/* ---- reading ---- */

/* Hand on what has arrived in full; a callback may finish the channel. */
static void deliver(struct channel *channel)
{
    struct strbuf *received = &channel->received;
    struct error err = {0};
    size_t done = 0;
    while (!channel->finished) {
        size_t taken;
        json_t *message =
            message_read(received->text + done, received->length - done, &taken, &err);
        if (!message)
            break;
        done += taken;
        channel->on_message(channel->data, message);
        json_decref(message);
    }
    consume(received, done);
    if (err.code != ERROR_NONE)
        end(channel, &err);
}

/* @return bytes read; 0 at the end; -1 when there are none now */
static ssize_t read_some(struct channel *channel)
{
    struct strbuf *received = &channel->received;
    if (!strbuf_reserve(received, READ_SIZE))
        return 0;
    ssize_t count;
    do
        count = recv(channel->fd, received->text + received->length, READ_SIZE, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
    received->length += (size_t)count;
    received->text[received->length] = '\0';
    return count;
}

void channel_drain(struct channel *channel)
{
    while (!channel->finished && read_some(channel) > 0)
        deliver(channel);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct channel *channel = poll->data;
    if (status == 0 && events & UV_WRITABLE) {
        flush(channel);
        if (!channel->outgoing.length)
            uv_poll_start(poll, UV_READABLE, on_ready);
    }
    /* An error is no end: a worker that dies with something unread leaves one behind its words. */
    if (status < 0)
        channel_drain(channel);
    if (channel->finished || (status == 0 && !(events & UV_READABLE)))
        return;
    ssize_t count = status == 0 ? read_some(channel) : 0;
    if (count > 0)
        deliver(channel);
    else if (count == 0)
        end(channel, NULL);
}
