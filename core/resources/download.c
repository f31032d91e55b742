/* download.c - see download.h. */
#include "resources/download.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/url.h"
#include "resources/fetch.h"

enum { FILE_LIMIT = 64 << 20 };

static enum fetch_outcome attempt(struct fetch *fetch, const struct curl_library *curl,
                                  struct error *err)
{
    return fetch_end(fetch, curl->easy_perform(fetch_begin(fetch)), err);
}

/* All attempts, waiting in place. */
static bool run(struct fetch *fetch, struct error *err)
{
    const struct curl_library *curl = curl_library(err);
    enum fetch_outcome outcome;
    while ((outcome = attempt(fetch, curl, err)) == FETCH_AGAIN) {
        long ms = fetch_pause_ms(fetch);
        const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
    return outcome == FETCH_DONE;
}

static struct fetch *prepare(const char *url, const struct download_options *options, int file,
                             struct error *err)
{
    struct fetch *fetch = fetch_new(url, options, file, err);
    if (fetch)
        return fetch;
    char *shown = download_shown_url(url);
    error_context(err, "cannot fetch '%s'", shown ? shown : "a URL");
    free(shown);
    return NULL;
}

static char *fetch_text(const char *url, const struct download_options *options, size_t *length,
                        struct error *err)
{
    struct fetch *fetch = prepare(url, options, -1, err);
    char *text = NULL;
    if (fetch && run(fetch, err) && !(text = fetch_take(fetch, length)))
        error_nomem(err);
    fetch_free(fetch);
    return text;
}

bool download_to(const char *url, const char *path, const struct download_options *options,
                 struct error *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(err, ERROR_IO, "cannot write '%s': %m", path);
    struct fetch *fetch = prepare(url, options, file, err);
    bool ok = fetch && run(fetch, err);
    if (fetch && fetch_could_not_write(fetch))
        error_context(err, "cannot write '%s'", path);
    fetch_free(fetch);
    if (close(file) && ok)
        ok = error_set(err, ERROR_IO, "cannot write '%s': %m", path);
    return ok;
}

/* ---- URLs ---- */

bool download_is_url(const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://", "file:/"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (!strncasecmp(text, schemes[i], strlen(schemes[i])))
            return true;
    return false;
}

char *download_shown_url(const char *url)
{
    char *shown = strdup(url);
    if (shown)
        url_conceal(shown, false);
    return shown;
}

/* `text` with each %XX replaced by its byte; new, or NULL when out of memory. */
static char *decode(const char *text)
{
    char *decoded = malloc(strlen(text) + 1), *to = decoded;
    while (decoded && *text) {
        if (text[0] == '%' && isxdigit((unsigned char)text[1]) &&
            isxdigit((unsigned char)text[2])) {
            const char digits[] = {text[1], text[2], '\0'};
            *to++ = (char)strtol(digits, NULL, 16);
            text += 3;
        } else {
            *to++ = *text++;
        }
    }
    if (decoded)
        *to = '\0';
    return decoded;
}

char *download_file_path(const char *url, struct error *err)
{
    if (strncasecmp(url, "file:", 5) != 0)
        return NULL;
    const char *path = url + strlen("file:");
    if (!strncmp(path, "//", 2)) {
        path += 2;
        if (!strncmp(path, "localhost/", 10))
            path += strlen("localhost");
    }
    if (path[0] != '/') {
        error_set(err, ERROR_INVALID, "'%s' names no file: write file:///PATH", url);
        return NULL;
    }
    char *decoded = decode(path);
    if (!decoded)
        error_nomem(err);
    return decoded;
}

char *download(const char *url, const struct download_options *options, size_t *length,
               struct error *err)
{
    size_t limit = options && options->limit ? options->limit : FILE_LIMIT;
    char *path = download_file_path(url, err);
    if (!path && !err->code)
        return fetch_text(url, options, length, err);
    char *text = path ? file_read_regular(path, limit, length, err) : NULL;
    free(path);
    return text;
}
