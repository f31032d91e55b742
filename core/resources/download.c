/* download.c - see download.h. */
#include "resources/download.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "resources/curl.h"

enum { ATTEMPTS = 6, REDIRECTS = 10 };

static const struct download_options defaults = {
    .limit = (size_t)64 << 20,
    .timeout_ms = 10000,
    .total_ms = 120000,
    .pause_ms = 1000,
};

struct transfer {
    const struct curl_library *curl;
    const char *url;
    struct download_options options; /* complete */
    double deadline;                 /* of all attempts, clock_monotonic() */
    CURL *handle;
    struct strbuf body;
    bool too_large;
    char problem[CURL_ERROR_SIZE];
};

enum outcome { FETCHED, WORTH_ANOTHER, FAILED };

/* The signature that libcurl asks for; any other result than the size ends the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    transfer->too_large = count > transfer->options.limit - transfer->body.length;
    if (transfer->too_large)
        return 0;
    strbuf_add(&transfer->body, data, size * count);
    return transfer->body.failed ? 0 : size * count;
}

static void set_options(struct transfer *transfer)
{
    const struct curl_library *curl = transfer->curl;
    const struct download_options *options = &transfer->options;
    CURL *handle = transfer->handle;
    curl->easy_setopt(handle, CURLOPT_URL, transfer->url);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "cloudify/" CLOUDIFY_VERSION);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl->easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, options->timeout_ms);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L); /* bytes a second */
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (options->timeout_ms + 999) / 1000);
    curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->problem);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
}

static enum outcome judge_status(const struct transfer *transfer, struct error *err)
{
    long status = 0;
    transfer->curl->easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    if (!strncasecmp(transfer->url, "ftp:", 4) || (status >= 200 && status < 300))
        return FETCHED;
    error_set(err, status == 404 ? ERROR_NOT_FOUND : ERROR_IO,
              "cannot fetch '%s': the server answers with status %ld", transfer->url, status);
    return status >= 500 ? WORTH_ANOTHER : FAILED;
}

/* What a transfer that broke off means. */
static enum outcome judge_code(const struct transfer *transfer, CURLcode code, struct error *err)
{
    const char *problem =
        transfer->problem[0] ? transfer->problem : transfer->curl->easy_strerror(code);
    if (transfer->too_large)
        error_set(err, ERROR_LIMIT, "cannot fetch '%s': it is larger than %zu bytes", transfer->url,
                  transfer->options.limit);
    else if (transfer->body.failed || code == CURLE_OUT_OF_MEMORY)
        error_nomem(err);
    else
        error_set(err, ERROR_IO, "cannot fetch '%s': %s", transfer->url, problem);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return WORTH_ANOTHER;
    default:
        return FAILED;
    }
}

static enum outcome attempt(struct transfer *transfer, struct error *err)
{
    long left_ms = (long)((transfer->deadline - clock_monotonic()) * 1000);
    error_clear(err);
    strbuf_release(&transfer->body);
    transfer->problem[0] = '\0';
    transfer->curl->easy_setopt(transfer->handle, CURLOPT_TIMEOUT_MS, left_ms > 1 ? left_ms : 1);
    CURLcode code = transfer->curl->easy_perform(transfer->handle);
    return code == CURLE_OK ? judge_status(transfer, err) : judge_code(transfer, code, err);
}

/* Wait before another attempt; false if it might not end in time. */
static bool pause_before_next(const struct transfer *transfer)
{
    const struct download_options *options = &transfer->options;
    long ms = options->pause_ms > 0 ? options->pause_ms : 0;
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    if (clock_monotonic() + (double)(ms + options->timeout_ms) / 1000 > transfer->deadline)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

static bool run_transfer(struct transfer *transfer, struct error *err)
{
    int attempts = 1;
    enum outcome outcome = attempt(transfer, err);
    while (outcome == WORTH_ANOTHER && attempts < ATTEMPTS && pause_before_next(transfer)) {
        outcome = attempt(transfer, err);
        attempts++;
    }
    if (outcome == WORTH_ANOTHER)
        error_context(err, "after %d attempt%s", attempts, attempts == 1 ? "" : "s");
    return outcome == FETCHED;
}

static struct download_options complete(const struct download_options *given)
{
    struct download_options options = given ? *given : defaults;
    if (!options.limit)
        options.limit = defaults.limit;
    if (!options.timeout_ms)
        options.timeout_ms = defaults.timeout_ms;
    if (!options.total_ms)
        options.total_ms = defaults.total_ms;
    if (!options.pause_ms)
        options.pause_ms = defaults.pause_ms;
    return options;
}

static char *fetch(const char *url, const struct download_options *options, size_t *length,
                   struct error *err)
{
    struct transfer transfer = {.url = url, .options = *options, .body = STRBUF_INIT};
    transfer.curl = curl_library(err);
    if (!transfer.curl) {
        error_context(err, "cannot fetch '%s'", url);
        return NULL;
    }
    transfer.handle = transfer.curl->easy_init();
    transfer.deadline = clock_monotonic() + (double)options->total_ms / 1000;
    char *text = NULL;
    if (!transfer.handle) {
        error_nomem(err);
    } else {
        set_options(&transfer);
        if (run_transfer(&transfer, err)) {
            *length = transfer.body.length;
            text = strbuf_detach(&transfer.body);
            if (!text)
                error_nomem(err);
        }
        transfer.curl->easy_cleanup(transfer.handle);
    }
    strbuf_release(&transfer.body);
    return text;
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

/* file:/PATH, file:///PATH or file://localhost/PATH */
static char *read_file_url(const char *url, size_t limit, size_t *length, struct error *err)
{
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
    char *text = decoded ? file_read_regular(decoded, limit, length, err) : NULL;
    if (!decoded)
        error_nomem(err);
    free(decoded);
    return text;
}

char *download(const char *url, const struct download_options *options, size_t *length,
               struct error *err)
{
    const struct download_options complete_options = complete(options);
    if (!strncasecmp(url, "file:", 5))
        return read_file_url(url, complete_options.limit, length, err);
    return fetch(url, &complete_options, length, err);
}
