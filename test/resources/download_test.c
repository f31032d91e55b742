/* download_test.c - what a download makes of servers of every kind. */
#include "resources/download.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "server.h"

static const struct {
    const char *name, *url;
    struct download_options options;
    const char *text;  /* what arrives, or NULL and */
    const char *error; /* "%s" is the URL; "" for one that tells times */
    enum error_code code;
} cases[] = {
    {"gives the content", "/types", {0}, "node_types: {remote: {}}\n", NULL, 0},
    {"asks again after 500, five times", "/flaky/500/5", {0}, "count 6", NULL, 0},
    {"and no more than five",
     "/flaky/503/6",
     {0},
     NULL,
     "after 6 attempts: cannot fetch '%s': the server answers with status 503",
     ERROR_IO},
    {"asks again when the answer breaks off", "/broken/2", {0}, "count 3", NULL, 0},
    {"asks again when nothing comes", "/hang/1", {.timeout_ms = 1}, "count 2", NULL, 0},
    {"does not ask again after 404",
     "/none",
     {0},
     NULL,
     "cannot fetch '%s': the server answers with status 404",
     ERROR_NOT_FOUND},
    {"nor after 400",
     "/flaky/400/1",
     {0},
     NULL,
     "cannot fetch '%s': the server answers with status 400",
     ERROR_IO},
    {"follows a redirect", "/redirect//types", {0}, "node_types: {remote: {}}\n", NULL, 0},
    {"follows ten of them and no more",
     "/loop",
     {0},
     NULL,
     "cannot fetch '%s': Maximum (10) redirects followed",
     ERROR_IO},
    {"is not redirected to files",
     "/redirect/file:///etc/passwd",
     {0},
     NULL,
     "cannot fetch '%s': Protocol \"file\" not supported or disabled in libcurl",
     ERROR_IO},
    {"stops at the limit",
     "/huge/unknown",
     {.limit = 1000},
     NULL,
     "cannot fetch '%s': it is larger than 1000 bytes",
     ERROR_LIMIT},
    {"stops at its default limit",
     "/huge/unknown",
     {0},
     NULL,
     "cannot fetch '%s': it is larger than 67108864 bytes",
     ERROR_LIMIT},
    {"takes a content as large as the limit", "/flaky/500/0", {.limit = 7}, "count 1", NULL, 0},
    {"gives up a server that never answers", "/hang/9", {.total_ms = 200}, NULL, "", ERROR_IO},
    {"gives up a server that never ends", "/drip", {.total_ms = 200}, NULL, "", ERROR_IO},
};

static bool says(const char *text, const char *pattern, const char *url)
{
    struct strbuf expected = STRBUF_INIT;
    const char *place = strstr(pattern, "%s");
    strbuf_add(&expected, pattern, place ? (size_t)(place - pattern) : strlen(pattern));
    if (place) {
        strbuf_adds(&expected, url);
        strbuf_adds(&expected, place + 2);
    }
    bool same = !*pattern ? strstr(text, url) != NULL : !strcmp(text, expected.text);
    strbuf_release(&expected);
    return same;
}

static void test_server(int port)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf url = STRBUF_INIT;
        struct error err = {0};
        size_t length = 0;
        struct download_options options = cases[i].options;
        options.pause_ms = -1;
        strbuf_addf(&url, "http://127.0.0.1:%d%s", port, cases[i].url);
        char *text = download(url.text, &options, &length, &err);
        if (cases[i].text)
            CHECK(text && !strcmp(text, cases[i].text) && length == strlen(text), "%s: '%s' %s",
                  cases[i].name, text ? text : "", err.text);
        else
            CHECK(!text && says(err.text, cases[i].error, url.text) && err.code == cases[i].code,
                  "%s: %s", cases[i].name, err.text);
        free(text);
        strbuf_release(&url);
    }
}

/* ---- going on ---- */

static const struct {
    const char *kind;
    int breaks;
    const char *asked; /* by each attempt: range and condition */
} resumed[] = {
    {"etag", 0, "- -"},
    {"etag", 2, "- -; bytes=40000- \"1\"; bytes=60000- \"1\""},
    {"etag", 9,
     "- -; bytes=40000- \"1\"; bytes=60000- \"1\"; bytes=70000- \"1\"; bytes=75000- \"1\"; "
     "bytes=77500- \"1\"; bytes=78750- \"1\"; bytes=79375- \"1\"; bytes=79687- \"1\"; "
     "bytes=79843- \"1\""},
    {"date", 1, "- -; bytes=40000- Sat, 28 Nov 2026 10:00:00 GMT"},
    {"fresh", 1, "- -; - -"},
    {"weak", 1, "- -; - -"},
    {"none", 1, "- -; - -"},
    {"changing", 2, "- -; bytes=40000- \"1\"; bytes=40000- \"2\""},
    {"whole", 1, "- -; bytes=40000- \"1\""},
    {"beyond", 1, "- -; bytes=40000- \"1\"; - -"},
    {"short", 1, "- -; bytes=40000- \"1\"; bytes=60000- \"1\"; bytes=70000- \"1\""},
};

static bool is_content(const char *text, size_t length)
{
    char line[16];
    bool same = length == 80000;
    for (int i = 0; same && i < 10000; i++) {
        snprintf(line, sizeof line, "%07d\n", i);
        same = !memcmp(text + 8 * i, line, 8);
    }
    return same;
}

/* Into memory or, with `path`, into that file. */
static char *fetch_content(const char *url, const char *path, size_t *length, struct error *err)
{
    const struct download_options options = {.pause_ms = -1};
    if (!path)
        return download(url, &options, length, err);
    char *text =
        download_to(url, path, &options, err) ? file_read(path, 1 << 20, length, err) : NULL;
    unlink(path);
    return text;
}

static void test_resumed(int port, const char *kind, int breaks, const char *asked,
                         const char *path)
{
    struct strbuf url = STRBUF_INIT;
    struct error err = {0};
    size_t length = 0;
    /* The server counts by path: the file gets a count of its own. */
    strbuf_addf(&url, "http://127.0.0.1:%d/resume/%s/%s%d", port, kind, path ? "0" : "", breaks);
    char *text = fetch_content(url.text, path, &length, &err);
    CHECK(text && is_content(text, length), "%s, broken %d times, is whole: %s", kind, breaks,
          err.text);
    free(text);
    strbuf_truncate(&url, 0);
    strbuf_addf(&url, "http://127.0.0.1:%d/ranges/resume/%s/%s%d", port, kind, path ? "0" : "",
                breaks);
    text = download(url.text, NULL, &length, &err);
    CHECK(text && !strcmp(text, asked), "%s, broken %d times, is asked for by %s", kind, breaks,
          text);
    free(text);
    strbuf_release(&url);
}

static void test_resuming(int port)
{
    char directory[] = "/tmp/download-XXXXXX", path[64];
    struct error err = {0};
    CHECK(mkdtemp(directory), "there is a directory");
    snprintf(path, sizeof path, "%s/content", directory);
    for (size_t i = 0; i < sizeof resumed / sizeof *resumed; i++) {
        test_resumed(port, resumed[i].kind, resumed[i].breaks, resumed[i].asked, NULL);
        test_resumed(port, resumed[i].kind, resumed[i].breaks, resumed[i].asked, path);
    }
    tree_remove(directory, &err);
}

static void test_proxy(int port)
{
    char proxy[64];
    struct error err = {0};
    size_t length;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", port);
    setenv("http_proxy", proxy, 1);
    char *text = download("http://example.invalid/x", NULL, &length, &err);
    CHECK(text && !strcmp(text, "through the proxy: /proxied/x"), "the proxy is asked: %s",
          err.text);
    free(text);
    unsetenv("http_proxy");
}

static void test_user(int port)
{
    struct strbuf url = STRBUF_INIT, shown = STRBUF_INIT;
    struct error err = {0};
    size_t length;
    strbuf_addf(&url, "http://me:secret@127.0.0.1:%d/none@x", port);
    strbuf_addf(&shown,
                "cannot fetch 'http://127.0.0.1:%d/none@x': the server answers with status 404",
                port);
    char *text = download(url.text, NULL, &length, &err);
    CHECK(!text && !strcmp(err.text, shown.text), "no error tells a password: %s", err.text);
    strbuf_release(&url);
    strbuf_release(&shown);
}

static void check_error(const char *url, enum error_code code, const char *expected)
{
    struct error err = {0};
    const struct download_options options = {.pause_ms = -1};
    size_t length;
    char *text = download(url, &options, &length, &err);
    CHECK(!text && err.code == code && !strcmp(err.text, expected), "%s", err.text);
    free(text);
}

static void test_file(void)
{
    static const char content[] = "{}\n";
    char directory[] = "/tmp/download-XXXXXX";
    struct strbuf url = STRBUF_INIT, error = STRBUF_INIT;
    struct error err = {0};
    size_t length;
    CHECK(mkdtemp(directory), "there is a directory");
    strbuf_addf(&url, "file://localhost%s/a b", directory);
    FILE *file = fopen(url.text + strlen("file://localhost"), "w");
    CHECK(file && fputs(content, file) >= 0 && !fclose(file), "there is a file");
    strbuf_truncate(&url, url.length - 2);
    strbuf_adds(&url, "%20b");
    char *text = download(url.text, NULL, &length, &err);
    CHECK(text && !strcmp(text, content), "a file is read by its URL: %s", err.text);
    free(text);

    strbuf_truncate(&url, 0);
    strbuf_addf(&url, "%s/pipe", directory);
    CHECK(!mkfifo(url.text, 0600), "there is a pipe");
    strbuf_addf(&error, "cannot read '%s': it is a pipe, not a file", url.text);
    strbuf_truncate(&url, 0);
    strbuf_addf(&url, "file:%s/pipe", directory);
    check_error(url.text, ERROR_INVALID, error.text);
    strbuf_release(&error);
    strbuf_release(&url);
    tree_remove(directory, &err);
}

static void test_all(int port)
{
    test_server(port);
    test_resuming(port);
    test_proxy(port);
    test_user(port);
}

int main(void)
{
    struct server server = {0};
    if (CHECK(server_start(&server), "the server runs"))
        test_all(server.port);
    server_stop(&server);
    test_file();
    check_error("file:///dev/zero", ERROR_INVALID,
                "cannot read '/dev/zero': it is a device, not a file");
    check_error("file:///etc", ERROR_INVALID, "cannot read '/etc': it is a directory, not a file");
    check_error("file:///nonexistent/x", ERROR_NOT_FOUND,
                "cannot read '/nonexistent/x': No such file or directory");
    check_error("file:x", ERROR_INVALID, "'file:x' names no file: write file:///PATH");
    check_error("gopher://x/", ERROR_IO,
                "cannot fetch 'gopher://x/': Protocol \"gopher\" not supported or disabled in "
                "libcurl");
    return checks_done();
}
