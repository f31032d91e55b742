/* exchange.c - see exchange.h: HTTP/1.0 with a JSON body, over a Unix socket or TCP. */
#include "ctx/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/unix_address.h"

enum { READ_SIZE = 64 * 1024 };

/* Wait for `events`. @return false with `err` set when the time is over */
static bool wait_for(int fd, short events, double deadline, struct error *err)
{
    for (;;) {
        double left = deadline - clock_monotonic();
        struct pollfd poll_fd = {fd, events, 0};
        int ready = left > 0 ? poll(&poll_fd, 1, left > 1e6 ? -1 : (int)(left * 1000) + 1) : 0;
        if (ready > 0)
            return true;
        if (ready == 0)
            return error_set(err, ERROR_IO, "no answer in time: --timeout gives it longer");
        if (errno != EINTR)
            return error_set(err, ERROR_IO, "cannot wait: %s", strerror(errno));
    }
}

/* ---- connecting ---- */

static void refused(const char *what, size_t length, struct error *err)
{
    error_set(err, ERROR_IO, "cannot reach the operation at '%.*s': %s", (int)length, what,
              strerror(errno));
}

static int connect_unix(const char *path, size_t length, struct error *err)
{
    struct unix_address address;
    int fd = -1;
    if (unix_address_init(&address, path, length, err)) {
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 ||
            connect(fd, (struct sockaddr *)&address.address, sizeof address.address) != 0) {
            refused(path, length, err);
            if (fd >= 0)
                close(fd);
            fd = -1;
        }
    }
    unix_address_release(&address);
    return fd;
}

/* `server` is 127.0.0.1:PORT: nobody listens for scripts anywhere else. */
static int connect_tcp(const char *server, size_t length, struct error *err)
{
    char text[sizeof "255.255.255.255:65535"] = "";
    if (length < sizeof text)
        memcpy(text, server, length);
    char *port = strchr(text, ':');
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (port) {
        *port++ = '\0';
        address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    }
    if (!port || !address.sin_port || inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        error_set(err, ERROR_INVALID, "'%.*s' is no IPv4 address with a port", (int)length, server);
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    refused(text, strlen(text), err);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Where the part after the server begins is put into `*target`. @return a descriptor, or -1 */
static int connect_to(const char *url, const char **target, struct error *err)
{
    static const char unix_scheme[] = "unix://", http_scheme[] = "http://";
    if (!strncmp(url, unix_scheme, sizeof unix_scheme - 1)) {
        const char *path = url + sizeof unix_scheme - 1;
        *target = strrchr(path, '/');
        if (*target)
            return connect_unix(path, (size_t)(*target - path), err);
    } else if (!strncmp(url, http_scheme, sizeof http_scheme - 1)) {
        const char *server = url + sizeof http_scheme - 1;
        size_t length = strcspn(server, "/");
        *target = server[length] ? server + length : "/";
        return connect_tcp(server, length, err);
    }
    error_set(err, ERROR_INVALID, "'%s' is neither unix://PATH/TOKEN nor http://ADDRESS:PORT/TOKEN",
              url);
    return -1;
}

/* ---- request and answer ---- */

static bool send_all(int fd, const struct strbuf *text, double deadline, struct error *err)
{
    for (size_t sent = 0; sent < text->length;) {
        ssize_t count =
            send(fd, text->text + sent, text->length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0)
            sent += (size_t)count;
        else if (errno == EAGAIN && !wait_for(fd, POLLOUT, deadline, err))
            return false;
        else if (errno == EPIPE || errno == ECONNRESET)
            return true; /* it has seen enough: its answer says why */
        else if (errno != EAGAIN && errno != EINTR)
            return error_set(err, ERROR_IO, "cannot send the request: %s", strerror(errno));
    }
    return true;
}

/* The other side closes the connection behind its answer. */
static bool receive_all(int fd, struct strbuf *text, double deadline, struct error *err)
{
    for (;;) {
        if (!wait_for(fd, POLLIN, deadline, err))
            return false;
        if (!strbuf_reserve(text, READ_SIZE))
            return error_nomem(err);
        ssize_t count = recv(fd, text->text + text->length, READ_SIZE, 0);
        if (count == 0)
            return true;
        if (count > 0)
            text->length += (size_t)count;
        else if (errno != EINTR)
            return error_set(err, ERROR_IO, "cannot read the answer: %s", strerror(errno));
        text->text[text->length] = '\0';
    }
}

static bool write_request(struct strbuf *out, const char *url, const char *target,
                          const json_t *arguments, struct error *err)
{
    struct strbuf body = STRBUF_INIT;
    strbuf_adds(&body, "{\"args\":");
    json_write(&body, arguments);
    strbuf_addc(&body, '}');
    strbuf_add_all(out, "POST ", target, " HTTP/1.0\r\nHost: ");
    if (!strncmp(url, "http://", 7))
        strbuf_add(out, url + 7, strcspn(url + 7, "/"));
    else
        strbuf_adds(out, "localhost");
    strbuf_addf(out, "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                body.length);
    strbuf_add(out, body.text, body.length);
    bool ok = !body.failed && !out->failed;
    strbuf_release(&body);
    return ok || error_nomem(err);
}

static json_t *parse_answer(const struct strbuf *text, struct error *err)
{
    const char *body = strstr(text->text, "\r\n\r\n");
    if (!body) {
        error_set(err, ERROR_IO, "the operation has ended the connection without an answer");
        return NULL;
    }
    body += 4;
    json_t *answer =
        json_parse(body, text->length - (size_t)(body - text->text), "the answer", err);
    if (!answer || json_is_object(answer))
        return answer;
    json_decref(answer);
    error_set(err, ERROR_IO, "the answer is no JSON object");
    return NULL;
}

json_t *exchange(const char *url, const json_t *arguments, double timeout, struct error *err)
{
    double deadline = clock_monotonic() + timeout;
    struct strbuf request = STRBUF_INIT, answer = STRBUF_INIT;
    const char *target = NULL;
    json_t *result = NULL;
    int fd = connect_to(url, &target, err);
    if (fd >= 0 && write_request(&request, url, target, arguments, err) &&
        send_all(fd, &request, deadline, err) && receive_all(fd, &answer, deadline, err))
        result = parse_answer(&answer, err);
    if (fd >= 0)
        close(fd);
    strbuf_release(&request);
    strbuf_release(&answer);
    return result;
}
