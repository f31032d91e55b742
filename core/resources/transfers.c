/* transfers.c - see transfers.h: libcurl's multi interface, driven by its sockets and one timer. */
#include "resources/transfers.h"

#include <stdlib.h>

struct transfers {
    const struct curl_library *curl;
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
};

/* One under way; it is the handle's CURLOPT_PRIVATE. */
struct transfer {
    void (*on_end)(void *data, CURLcode code);
    void *data;
};

/* A socket that libcurl wants watched. */
struct watch {
    struct transfers *transfers;
    curl_socket_t socket;
    uv_poll_t poll;
};

static struct transfer *transfer_of(const struct transfers *transfers, CURL *handle)
{
    struct transfer *transfer = NULL;
    transfers->curl->easy_getinfo(handle, CURLINFO_PRIVATE, (char **)&transfer);
    return transfer;
}

/* Report those that have ended; each report may begin and break off others. */
static void collect(struct transfers *transfers)
{
    const CURLMsg *message;
    int left;
    while ((message = transfers->curl->multi_info_read(transfers->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *handle = message->easy_handle;
        CURLcode code = message->data.result;
        struct transfer *transfer = transfer_of(transfers, handle);
        transfers->curl->multi_remove_handle(transfers->multi, handle);
        transfers->curl->easy_setopt(handle, CURLOPT_PRIVATE, NULL);
        struct transfer ended = *transfer;
        free(transfer);
        ended.on_end(ended.data, code);
    }
}

static void act(struct transfers *transfers, curl_socket_t socket, int events)
{
    int running;
    transfers->curl->multi_socket_action(transfers->multi, socket, events, &running);
    collect(transfers);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    const struct watch *watch = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(watch->transfers, watch->socket, flags);
}

static void on_watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watch *watch_new(struct transfers *transfers, curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->transfers = transfers;
    watch->socket = socket;
    if (uv_poll_init_socket(transfers->loop, &watch->poll, socket)) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    transfers->curl->multi_assign(transfers->multi, socket, watch);
    return watch;
}

/* The signature that libcurl asks for. */
static int on_socket(CURL *handle, curl_socket_t socket, int action, void *data, void *known)
{
    struct transfers *transfers = data;
    struct watch *watch = known;
    (void)handle;
    if (action == CURL_POLL_REMOVE) {
        if (watch)
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        return 0;
    }
    if (!watch)
        watch = watch_new(transfers, socket);
    if (!watch)
        return -1;
    int events =
        (action & CURL_POLL_IN ? UV_READABLE : 0) | (action & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_ready) ? -1 : 0;
}

static void on_time(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer(CURLM *multi, long milliseconds, void *data)
{
    struct transfers *transfers = data;
    (void)multi;
    if (milliseconds < 0)
        return uv_timer_stop(&transfers->timer);
    uv_update_time(transfers->loop);
    return uv_timer_start(&transfers->timer, on_time, (uint64_t)milliseconds, 0);
}

struct transfers *transfers_new(uv_loop_t *loop, struct error *err)
{
    const struct curl_library *curl = curl_library(err);
    if (!curl)
        return NULL;
    struct transfers *transfers = calloc(1, sizeof *transfers);
    CURLM *multi = transfers ? curl->multi_init() : NULL;
    if (!multi) {
        error_nomem(err);
        free(transfers);
        return NULL;
    }
    transfers->curl = curl;
    transfers->loop = loop;
    transfers->multi = multi;
    uv_timer_init(loop, &transfers->timer);
    transfers->timer.data = transfers;
    curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers);
    curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl->multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
    return transfers;
}

bool transfers_add(struct transfers *transfers, CURL *handle,
                   void (*on_end)(void *data, CURLcode code), void *data, struct error *err)
{
    struct transfer *transfer = malloc(sizeof *transfer);
    if (!transfer)
        return error_nomem(err);
    *transfer = (struct transfer){on_end, data};
    transfers->curl->easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    CURLMcode code = transfers->curl->multi_add_handle(transfers->multi, handle);
    if (code == CURLM_OK)
        return true;
    transfers->curl->easy_setopt(handle, CURLOPT_PRIVATE, NULL);
    free(transfer);
    return error_set(err, ERROR_IO, "a transfer cannot begin: %s",
                     transfers->curl->multi_strerror(code));
}

void transfers_remove(struct transfers *transfers, CURL *handle)
{
    struct transfer *transfer = transfer_of(transfers, handle);
    if (!transfer)
        return;
    transfers->curl->multi_remove_handle(transfers->multi, handle);
    transfers->curl->easy_setopt(handle, CURLOPT_PRIVATE, NULL);
    free(transfer);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void transfers_free(struct transfers *transfers)
{
    if (!transfers)
        return;
    transfers->curl->multi_cleanup(transfers->multi);
    uv_close((uv_handle_t *)&transfers->timer, on_timer_closed);
}
