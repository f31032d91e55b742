/* script_proxy_test.c - who is let in, and what becomes of bad requests. */
#include "lua/script_proxy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../check.h"

static char directory[] = "/tmp/script-proxy-XXXXXX", path[64];

static const char *token_of(const struct script_proxy *proxy)
{
    return strrchr(script_proxy_url(proxy), '/') + 1;
}

static int connect_to_proxy(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static void say(int fd, const char *text)
{
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "'%.30s' is sent", text);
}

/* What the proxy has answered and closed the connection after. */
static const char *heard(struct script_proxy *proxy, int fd)
{
    static char text[4096];
    script_proxy_attend(proxy);
    ssize_t count = recv(fd, text, sizeof text - 1, MSG_WAITALL);
    text[count > 0 ? count : 0] = '\0';
    close(fd);
    return text;
}

static struct script_proxy *listen_here(void)
{
    struct error err = {0};
    struct script_proxy *proxy = script_proxy_new(path, &err);
    CHECK(proxy, "listens: %s", err.text);
    return proxy;
}

static void test_request(void)
{
    struct script_proxy *proxy = listen_here();
    struct stat status;
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600, "the socket is private");
    char request[256];
    snprintf(request, sizeof request, "POST /%s HTTP/1.1\r\ncontent-length:  5\r\n\r\nhel",
             token_of(proxy));
    int fd = connect_to_proxy();
    say(fd, request);
    script_proxy_attend(proxy);
    CHECK(!script_proxy_request(proxy), "half a request is none");
    say(fd, "lo and more");
    script_proxy_attend(proxy);
    const struct strbuf *body = script_proxy_request(proxy);
    CHECK(body && !strcmp(body->text, "hello"), "the body has its length");
    CHECK(script_proxy_request(proxy) == body, "it is the same until it is answered");
    script_proxy_answer(proxy, "{}", 2);
    CHECK(!script_proxy_request(proxy), "then there is none");
    const char *answer = heard(proxy, fd);
    CHECK(strstr(answer, "200 OK") && strstr(answer, "\r\n\r\n{}"), "it is answered: %s", answer);
    script_proxy_free(proxy);
    CHECK(access(path, F_OK) != 0, "the socket is removed");
}

/* %s is the right token. */
static const struct {
    const char *request, *answer;
} refused[] = {
    {"GET /%s HTTP/1.1\r\n\r\n", "405"},
    {"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "403"},
    {"POST /%sx HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "403"},
    {"POST %s HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "403"},
    {"POST /00000000000000000000000000000000 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "403"},
    {"POST /%s HTTP/1.1\r\n\r\n", "411"},
    {"POST /%s HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "411"},
    {"POST /%s HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n", "413"},
    {"POST /%s HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", "411"},
    {"\r\n\r\n", "405"},
};

static void test_refusals(void)
{
    struct script_proxy *proxy = listen_here();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char request[256];
        snprintf(request, sizeof request, refused[i].request, token_of(proxy));
        int fd = connect_to_proxy();
        say(fd, request);
        const char *answer = heard(proxy, fd);
        CHECK(!strncmp(answer + 9, refused[i].answer, 3), "case %zu: %.30s", i, answer);
        CHECK(!script_proxy_request(proxy), "case %zu: it is no request", i);
    }
    script_proxy_free(proxy);
}

static void test_long_head(void)
{
    struct script_proxy *proxy = listen_here();
    char *head = calloc(1, 20000);
    memset(head, 'x', 19999);
    int fd = connect_to_proxy();
    say(fd, head);
    CHECK(!strncmp(heard(proxy, fd) + 9, "431", 3), "a head without end is refused");
    free(head);
    script_proxy_free(proxy);
}

static void test_many(void)
{
    struct script_proxy *proxy = listen_here();
    int silent[SCRIPT_PROXY_CONNECTIONS + 5];
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        silent[i] = connect_to_proxy();
    script_proxy_attend(proxy);
    char request[256];
    snprintf(request, sizeof request, "POST /%s HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
             token_of(proxy));
    int fd = connect_to_proxy();
    say(fd, request);
    script_proxy_attend(proxy);
    CHECK(script_proxy_request(proxy), "those that say nothing keep nobody out");
    script_proxy_answer(proxy, "{}", 2);
    CHECK(strstr(heard(proxy, fd), "200 OK"), "who asks is answered");
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        close(silent[i]);
    script_proxy_free(proxy);
}

static void test_places(void)
{
    struct error err = {0};
    char long_path[200] = "/tmp/";
    memset(long_path + 5, 'x', 150);
    CHECK(!script_proxy_new(long_path, &err) && err.code == ERROR_LIMIT, "too long: %s", err.text);
    struct error missing = {0};
    CHECK(!script_proxy_new("/no/such/directory/ctx", &missing) && missing.code == ERROR_IO,
          "no directory: %s", missing.text);
    struct script_proxy *first = script_proxy_new(NULL, &err), *second = listen_here();
    CHECK(first && !strncmp(script_proxy_url(first), "http://127.0.0.1:", 17), "on loopback: %s",
          script_proxy_url(first));
    CHECK(strcmp(token_of(first), token_of(second)), "each has its own token");
    script_proxy_free(first);
    script_proxy_free(second);
    script_proxy_free(NULL);
}

int main(void)
{
    if (!mkdtemp(directory))
        return 1;
    snprintf(path, sizeof path, "%s/ctx", directory);
    test_request();
    test_refusals();
    test_long_head();
    test_many();
    test_places();
    rmdir(directory);
    return checks_done();
}
