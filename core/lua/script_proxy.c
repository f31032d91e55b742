/* script_proxy.c - see script_proxy.h. */
#include "lua/script_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unix_address.h"

enum {
    READ_SIZE = 64 * 1024,
    HEAD_LIMIT = 16 * 1024,
    BODY_LIMIT = 64 * 1024 * 1024,
    TOKEN_BYTES = 16,
    TOKEN_LENGTH = 2 * TOKEN_BYTES,
};

/* One that asks. Its request is complete when `waiting` is set, and its answer is in `out`. */
struct connection {
    int fd;               /* -1: free */
    unsigned long number; /* grows */
    struct strbuf in, out;
    size_t sent; /* of `out` */
    bool waiting;
};

struct script_proxy {
    int listener;
    char *path; /* of the socket, or NULL */
    char token[TOKEN_LENGTH + 1];
    struct strbuf url;
    struct connection connections[SCRIPT_PROXY_CONNECTIONS];
    unsigned long last_number;
    struct connection *asked; /* whose request is being answered, or NULL */
    struct strbuf body;       /* of it */
};

/* ---- listening ---- */

static bool make_token(struct script_proxy *proxy, struct error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[TOKEN_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return error_set(err, ERROR_IO, "no random numbers: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++) {
        proxy->token[2 * i] = digits[bytes[i] >> 4];
        proxy->token[2 * i + 1] = digits[bytes[i] & 15];
    }
    return true;
}

static bool listen_at(struct script_proxy *proxy, const struct sockaddr *address, socklen_t size,
                      struct error *err)
{
    proxy->listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return (proxy->listener >= 0 && bind(proxy->listener, address, size) == 0 &&
            listen(proxy->listener, SOMAXCONN) == 0) ||
           error_set(err, ERROR_IO, "cannot listen for the script: %s", strerror(errno));
}

static bool listen_unix(struct script_proxy *proxy, const char *path, struct error *err)
{
    struct unix_address address;
    bool ok = unix_address_init(&address, path, strlen(path), err) &&
              listen_at(proxy, (struct sockaddr *)&address.address, sizeof address.address, err);
    unix_address_release(&address);
    if (!ok)
        return false;
    proxy->path = strdup(path);
    if (!proxy->path)
        unlink(path);
    strbuf_add_all(&proxy->url, "unix://", path, "/", proxy->token);
    if (!proxy->path || proxy->url.failed)
        return error_nomem(err);
    return chmod(path, 0600) == 0 ||
           error_set(err, ERROR_IO, "cannot protect '%s': %s", path, strerror(errno));
}

static bool listen_loopback(struct script_proxy *proxy, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!listen_at(proxy, (struct sockaddr *)&address, size, err))
        return false;
    if (getsockname(proxy->listener, (struct sockaddr *)&address, &size) != 0)
        return error_set(err, ERROR_IO, "cannot tell the port: %s", strerror(errno));
    strbuf_addf(&proxy->url, "http://127.0.0.1:%d/%s", ntohs(address.sin_port), proxy->token);
    return !proxy->url.failed || error_nomem(err);
}

struct script_proxy *script_proxy_new(const char *path, struct error *err)
{
    struct script_proxy *proxy = calloc(1, sizeof *proxy);
    if (!proxy) {
        error_nomem(err);
        return NULL;
    }
    proxy->listener = -1;
    proxy->url = proxy->body = (struct strbuf)STRBUF_INIT;
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++)
        proxy->connections[i] =
            (struct connection){.fd = -1, .in = STRBUF_INIT, .out = STRBUF_INIT};
    if (make_token(proxy, err) &&
        (path ? listen_unix(proxy, path, err) : listen_loopback(proxy, err)))
        return proxy;
    script_proxy_free(proxy);
    return NULL;
}

static void cut(struct connection *connection)
{
    if (connection->fd >= 0)
        close(connection->fd);
    connection->fd = -1;
    strbuf_release(&connection->in);
    strbuf_release(&connection->out);
    connection->sent = 0;
    connection->waiting = false;
}

void script_proxy_free(struct script_proxy *proxy)
{
    if (!proxy)
        return;
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++)
        cut(&proxy->connections[i]);
    if (proxy->listener >= 0)
        close(proxy->listener);
    if (proxy->path)
        unlink(proxy->path);
    free(proxy->path);
    strbuf_release(&proxy->url);
    strbuf_release(&proxy->body);
    free(proxy);
}

const char *script_proxy_url(const struct script_proxy *proxy)
{
    return proxy->url.text;
}

/* ---- answers ---- */

static void flush(struct connection *connection)
{
    while (connection->sent < connection->out.length) {
        ssize_t count =
            send(connection->fd, connection->out.text + connection->sent,
                 connection->out.length - connection->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (count < 0)
            break;
        connection->sent += (size_t)count;
    }
    cut(connection);
}

static void answer(struct connection *connection, const char *status, const char *text,
                   size_t length)
{
    connection->waiting = false;
    strbuf_add_all(&connection->out, "HTTP/1.1 ", status,
                   "\r\nContent-Type: application/json\r\nConnection: close\r\n");
    strbuf_addf(&connection->out, "Content-Length: %zu\r\n\r\n", length);
    strbuf_add(&connection->out, text, length);
    if (connection->out.failed)
        cut(connection);
    else
        flush(connection);
}

/* Refuse what is no request of the script. */
static void refuse(struct connection *connection, const char *status, const char *why)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_all(&text,
                   "{\"type\":\"error\",\"payload\":{\"type\":\"RequestError\",\"message\":\"", why,
                   "\",\"traceback\":null}}");
    answer(connection, status, text.text, text.length);
    strbuf_release(&text);
}

/* ---- requests ---- */

/* Takes as long whatever the two differ in. */
static bool is_token(const struct script_proxy *proxy, const char *text)
{
    unsigned difference = 0;
    for (size_t i = 0; i < TOKEN_LENGTH; i++)
        difference |= (unsigned char)(text[i] ^ proxy->token[i]);
    return difference == 0;
}

/* "POST /TOKEN HTTP/1.1"; also "POST /TOKEN/ ". */
static bool has_token(const struct script_proxy *proxy, const char *target)
{
    size_t length = strcspn(target, " \r");
    if (length == TOKEN_LENGTH + 2 && target[length - 1] == '/')
        length--;
    return length == TOKEN_LENGTH + 1 && *target == '/' && is_token(proxy, target + 1);
}

/* The value of Content-Length in the `length` bytes of head; -1: absent or no number. */
static long long body_length(const char *head, size_t length)
{
    static const char name[] = "\r\nContent-Length:";
    for (const char *at = head; at + sizeof name <= head + length; at++) {
        if (strncasecmp(at, name, sizeof name - 1) != 0)
            continue;
        char *end;
        const char *digits = at + sizeof name - 1;
        digits += strspn(digits, " \t");
        errno = 0;
        long long value = strtoll(digits, &end, 10);
        return end == digits || *end != '\r' || errno || value < 0 ? -1 : value;
    }
    return -1;
}

/* Look at what has arrived: it is not all yet, it is a request, or it is refused. */
static void examine(const struct script_proxy *proxy, struct connection *connection)
{
    static const char method[] = "POST ";
    const struct strbuf *in = &connection->in;
    const char *end = strstr(in->text, "\r\n\r\n");
    size_t head = end ? (size_t)(end - in->text) : in->length;
    if (head > HEAD_LIMIT) {
        refuse(connection, "431 Request Header Fields Too Large", "the head is too long");
        return;
    }
    if (!end)
        return;
    long long length = body_length(in->text, head + 2);
    if (strncmp(in->text, method, sizeof method - 1) != 0)
        refuse(connection, "405 Method Not Allowed", "only POST is understood");
    else if (!has_token(proxy, in->text + sizeof method - 1))
        refuse(connection, "403 Forbidden", "the token is not that of this operation");
    else if (length < 0)
        refuse(connection, "411 Length Required", "Content-Length is missing");
    else if (length > BODY_LIMIT)
        refuse(connection, "413 Content Too Large", "a request may have 64 MiB");
    else
        connection->waiting = in->length >= head + 4 + (size_t)length;
}

static void receive(const struct script_proxy *proxy, struct connection *connection)
{
    for (;;) {
        struct strbuf *in = &connection->in;
        if (!strbuf_reserve(in, READ_SIZE)) {
            cut(connection);
            return;
        }
        ssize_t count = recv(connection->fd, in->text + in->length, READ_SIZE, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (count <= 0) {
            cut(connection);
            return;
        }
        in->length += (size_t)count;
        in->text[in->length] = '\0';
        examine(proxy, connection);
        if (connection->fd < 0 || connection->waiting || connection->out.length)
            return;
    }
}

/* A free place; where there is none, that of the oldest that has not asked yet. */
static struct connection *find_place(struct script_proxy *proxy)
{
    struct connection *oldest = NULL;
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++) {
        struct connection *connection = &proxy->connections[i];
        if (connection->fd < 0)
            return connection;
        if (!connection->waiting && !connection->out.length &&
            (!oldest || connection->number < oldest->number))
            oldest = connection;
    }
    if (oldest)
        cut(oldest);
    return oldest;
}

static bool has_free_place(const struct script_proxy *proxy)
{
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++) {
        const struct connection *connection = &proxy->connections[i];
        if (connection->fd < 0 || (!connection->waiting && !connection->out.length))
            return true;
    }
    return false;
}

static void accept_all(struct script_proxy *proxy)
{
    while (has_free_place(proxy)) {
        int fd = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        struct connection *connection = find_place(proxy);
        connection->fd = fd;
        connection->number = ++proxy->last_number;
        receive(proxy, connection);
    }
}

size_t script_proxy_poll(const struct script_proxy *proxy, struct pollfd fds[SCRIPT_PROXY_FDS])
{
    size_t count = 0;
    if (has_free_place(proxy))
        fds[count++] = (struct pollfd){proxy->listener, POLLIN, 0};
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++) {
        const struct connection *connection = &proxy->connections[i];
        if (connection->fd >= 0 && !connection->waiting)
            fds[count++] =
                (struct pollfd){connection->fd, connection->out.length ? POLLOUT : POLLIN, 0};
    }
    return count;
}

void script_proxy_attend(struct script_proxy *proxy)
{
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++) {
        struct connection *connection = &proxy->connections[i];
        if (connection->fd < 0 || connection->waiting)
            continue;
        if (connection->out.length)
            flush(connection);
        else
            receive(proxy, connection);
    }
    accept_all(proxy);
}

const struct strbuf *script_proxy_request(struct script_proxy *proxy)
{
    if (proxy->asked)
        return &proxy->body;
    for (size_t i = 0; i < SCRIPT_PROXY_CONNECTIONS; i++) {
        struct connection *connection = &proxy->connections[i];
        if (connection->waiting && (!proxy->asked || connection->number < proxy->asked->number))
            proxy->asked = connection;
    }
    if (!proxy->asked)
        return NULL;
    strbuf_release(&proxy->body);
    proxy->body = proxy->asked->in;
    proxy->asked->in = (struct strbuf)STRBUF_INIT;
    const char *end = strstr(proxy->body.text, "\r\n\r\n");
    long long length = body_length(proxy->body.text, (size_t)(end - proxy->body.text) + 2);
    strbuf_remove_front(&proxy->body, (size_t)(end - proxy->body.text) + 4);
    strbuf_truncate(&proxy->body, (size_t)length);
    return &proxy->body;
}

void script_proxy_answer(struct script_proxy *proxy, const char *text, size_t length)
{
    if (proxy->asked)
        answer(proxy->asked, "200 OK", text, length);
    proxy->asked = NULL;
}
