/* fetch.c - see fetch.h. */
#include "resources/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"

enum { ATTEMPTS = 6, REDIRECTS = 10 };
enum { TEXT_SIZE = 200 }; /* of headers that matter */

static const struct download_options defaults = {
    .limit = (size_t)64 << 20,
    .timeout_ms = 10000,
    .total_ms = 120000,
    .pause_ms = 1000,
};

/* What the headers of the answer say. */
struct answer {
    char etag[TEXT_SIZE], last_modified[TEXT_SIZE], date[TEXT_SIZE];
    long long from, total; /* of the part that it is; -1: it does not say */
};

struct fetch {
    const struct curl_library *curl;
    char *url, *shown, *authority;
    struct download_options options; /* complete */
    double deadline;                 /* of all attempts, clock_monotonic() */
    CURL *handle;
    struct curl_slist *headers;
    int file;
    struct strbuf body;
    size_t length;             /* of the content that is there */
    char validator[TEXT_SIZE]; /* by which the server can tell that this is still the content */
    struct answer answer;
    bool has_begun; /* the content of this answer */
    int attempts, fruitless;
    size_t farthest; /* that any attempt has come */
    bool too_large, may_pass;
    int write_error; /* errno */
    long status;
    char problem[CURL_ERROR_SIZE];
};

/* ---- the answer ---- */

/* Forget what has come of the content. */
static bool start_over(struct fetch *fetch)
{
    fetch->length = 0;
    fetch->validator[0] = '\0';
    strbuf_truncate(&fetch->body, 0);
    if (fetch->file >= 0 && ftruncate(fetch->file, 0))
        fetch->write_error = errno;
    return !fetch->write_error;
}

/* A date serves only if the content had not just been written when it was sent. */
static const char *validator_of(const struct answer *answer)
{
    if (answer->etag[0] == '"')
        return answer->etag;
    bool is_old = answer->date[0] && strcmp(answer->date, answer->last_modified) != 0;
    return is_old ? answer->last_modified : "";
}

/* The first byte of the content is there, or there is none. */
static bool begin_content(struct fetch *fetch)
{
    fetch->has_begun = true;
    bool goes_on =
        fetch->status == 206 && fetch->length && fetch->answer.from == (long long)fetch->length;
    if (!goes_on && !start_over(fetch))
        return false;
    const char *validator = validator_of(&fetch->answer);
    memmove(fetch->validator, validator, strlen(validator) + 1);
    return true;
}

static bool write_all(struct fetch *fetch, const char *data, size_t length)
{
    size_t put = 0;
    while (put < length) {
        ssize_t count = pwrite(fetch->file, data + put, length - put, (off_t)(fetch->length + put));
        if (count < 0 && errno != EINTR) {
            fetch->write_error = errno;
            return false;
        }
        put += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static bool is_ftp(const struct fetch *fetch)
{
    return !strncasecmp(fetch->url, "ftp:", 4);
}

static bool is_content(struct fetch *fetch)
{
    fetch->curl->easy_getinfo(fetch->handle, CURLINFO_RESPONSE_CODE, &fetch->status);
    return is_ftp(fetch) || (fetch->status >= 200 && fetch->status < 300);
}

/* The signature that libcurl asks for; any other result than the size ends the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;
    size_t length = size * count;
    if (!is_content(fetch))
        return length; /* what a server says of its errors is for people */
    if (!fetch->has_begun && !begin_content(fetch))
        return 0;
    fetch->too_large = length > fetch->options.limit - fetch->length;
    if (fetch->too_large)
        return 0;
    if (fetch->file < 0)
        strbuf_add(&fetch->body, data, length);
    else if (!write_all(fetch, data, length))
        return 0;
    fetch->length += length;
    return fetch->body.failed ? 0 : length;
}

/* The value of the header `name` if the line is that one, else NULL. */
static const char *header_value(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

/* The signature that libcurl asks for. */
static size_t read_header(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;
    struct answer *answer = &fetch->answer;
    const struct {
        const char *name;
        char *text;
    } texts[] = {
        {"etag", answer->etag}, {"last-modified", answer->last_modified}, {"date", answer->date}};
    char line[TEXT_SIZE];
    size_t length = size * count;
    if (length >= sizeof line)
        return length;
    memcpy(line, data, length);
    line[length] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (!strncmp(line, "HTTP/", 5))
        *answer = (struct answer){.from = -1, .total = -1};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = header_value(line, texts[i].name);
        if (value)
            memmove(texts[i].text, value, strlen(value) + 1);
    }
    const char *range = header_value(line, "content-range");
    if (range && sscanf(range, "bytes %lld-%*d/%lld", &answer->from, &answer->total) < 1)
        answer->from = -1;
    return length;
}

/* ---- an attempt ---- */

static void set_request_options(struct fetch *fetch)
{
    const struct curl_library *curl = fetch->curl;
    const char *authority = fetch->authority ? fetch->authority : getenv("SSL_CERT_FILE");
    CURL *handle = fetch->handle;
    curl->easy_setopt(handle, CURLOPT_URL, fetch->url);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "cloudify/" CLOUDIFY_VERSION);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl->easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    if (authority && *authority)
        curl->easy_setopt(handle, CURLOPT_CAINFO, authority);
}

static void set_options(struct fetch *fetch)
{
    const struct curl_library *curl = fetch->curl;
    const struct download_options *options = &fetch->options;
    CURL *handle = fetch->handle;
    set_request_options(fetch);
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, options->timeout_ms);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L); /* bytes a second */
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (options->timeout_ms + 999) / 1000);
    curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, fetch->problem);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, fetch);
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, read_header);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, fetch);
}

/* Ask for what is still missing, or for all if the content has changed since. */
static void ask_for_rest(struct fetch *fetch)
{
    const struct curl_library *curl = fetch->curl;
    char range[32], condition[TEXT_SIZE + 16];
    curl->slist_free_all(fetch->headers);
    fetch->headers = NULL;
    bool has_part = fetch->length && fetch->validator[0];
    if (has_part) {
        snprintf(range, sizeof range, "%zu-", fetch->length);
        snprintf(condition, sizeof condition, "If-Range: %s", fetch->validator);
        fetch->headers = curl->slist_append(NULL, condition);
    }
    has_part = has_part && fetch->headers;
    curl->easy_setopt(fetch->handle, CURLOPT_RANGE, has_part ? range : NULL);
    curl->easy_setopt(fetch->handle, CURLOPT_HTTPHEADER, fetch->headers);
}

CURL *fetch_begin(struct fetch *fetch)
{
    long left_ms = (long)((fetch->deadline - clock_monotonic()) * 1000);
    fetch->has_begun = false;
    fetch->status = 0;
    fetch->problem[0] = '\0';
    fetch->answer = (struct answer){.from = -1, .total = -1};
    ask_for_rest(fetch);
    fetch->curl->easy_setopt(fetch->handle, CURLOPT_TIMEOUT_MS, left_ms > 1 ? left_ms : 1L);
    return fetch->handle;
}

/* ---- what came of it ---- */

static enum fetch_outcome judge_status(struct fetch *fetch, struct error *err)
{
    if (is_content(fetch)) {
        if (!fetch->has_begun)
            begin_content(fetch);
        bool is_whole = fetch->status != 206 || fetch->answer.total < 0 ||
                        (long long)fetch->length >= fetch->answer.total;
        if (is_whole && !fetch->write_error)
            return FETCH_DONE;
        error_set(err, ERROR_IO, "cannot fetch '%s': %s", fetch->shown,
                  fetch->write_error ? strerror(fetch->write_error) : "a part of it is missing");
        return fetch->write_error ? FETCH_FAILED : FETCH_AGAIN;
    }
    error_set(err, fetch->status == 404 ? ERROR_NOT_FOUND : ERROR_IO,
              "cannot fetch '%s': the server answers with status %ld", fetch->shown, fetch->status);
    bool is_beyond = fetch->status == 416 && fetch->length;
    if (is_beyond)
        start_over(fetch);
    return is_beyond || fetch->status >= 500 ? FETCH_AGAIN : FETCH_FAILED;
}

/* What a transfer that broke off means. */
static enum fetch_outcome judge_code(struct fetch *fetch, CURLcode code, struct error *err)
{
    const char *problem = fetch->problem[0] ? fetch->problem : fetch->curl->easy_strerror(code);
    if (fetch->too_large)
        error_set(err, ERROR_LIMIT, "cannot fetch '%s': it is larger than %zu bytes", fetch->shown,
                  fetch->options.limit);
    else if (fetch->body.failed || code == CURLE_OUT_OF_MEMORY)
        error_nomem(err);
    else
        error_set(err, ERROR_IO, "cannot fetch '%s': %s", fetch->shown,
                  fetch->write_error ? strerror(fetch->write_error) : problem);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return FETCH_AGAIN;
    default:
        return FETCH_FAILED;
    }
}

/* Whether attempts and time are left. An attempt that has come farther than any before it does not
 * count: else what is large could not be fetched over a bad line. */
static bool may_try_again(struct fetch *fetch)
{
    bool is_farther = fetch->validator[0] && fetch->length > fetch->farthest;
    if (is_farther)
        fetch->farthest = fetch->length;
    fetch->fruitless = is_farther ? 0 : fetch->fruitless + 1;
    double needed = (double)(fetch_pause_ms(fetch) + fetch->options.timeout_ms) / 1000;
    return fetch->fruitless < ATTEMPTS && clock_monotonic() + needed <= fetch->deadline;
}

enum fetch_outcome fetch_end(struct fetch *fetch, CURLcode code, struct error *err)
{
    fetch->attempts++;
    fetch->curl->easy_getinfo(fetch->handle, CURLINFO_RESPONSE_CODE, &fetch->status);
    enum fetch_outcome outcome =
        code == CURLE_OK ? judge_status(fetch, err) : judge_code(fetch, code, err);
    fetch->may_pass = outcome == FETCH_AGAIN || fetch->write_error;
    if (outcome != FETCH_AGAIN)
        return outcome;
    if (may_try_again(fetch)) {
        error_clear(err);
        return FETCH_AGAIN;
    }
    error_context(err, "after %d attempt%s", fetch->attempts, fetch->attempts == 1 ? "" : "s");
    return FETCH_FAILED;
}

long fetch_pause_ms(const struct fetch *fetch)
{
    return fetch->options.pause_ms > 0 ? fetch->options.pause_ms : 0;
}

long fetch_status(const struct fetch *fetch)
{
    return fetch->status;
}

bool fetch_may_pass(const struct fetch *fetch)
{
    return fetch->may_pass;
}

bool fetch_could_not_write(const struct fetch *fetch)
{
    return fetch->write_error;
}

const char *fetch_shown_url(const struct fetch *fetch)
{
    return fetch->shown;
}

char *fetch_take(struct fetch *fetch, size_t *length)
{
    *length = fetch->body.length;
    return strbuf_detach(&fetch->body);
}

/* ---- making one ---- */

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

struct fetch *fetch_new(const char *url, const struct download_options *options, int file,
                        struct error *err)
{
    const struct curl_library *curl = curl_library(err);
    if (!curl)
        return NULL;
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch) {
        error_nomem(err);
        return NULL;
    }
    *fetch = (struct fetch){.curl = curl,
                            .url = strdup(url),
                            .shown = download_shown_url(url),
                            .options = complete(options),
                            .file = file,
                            .body = STRBUF_INIT,
                            .handle = curl->easy_init()};
    fetch->authority = fetch->options.ca ? strdup(fetch->options.ca) : NULL;
    fetch->deadline = clock_monotonic() + (double)fetch->options.total_ms / 1000;
    if (fetch->url && fetch->shown && fetch->handle && !fetch->options.ca == !fetch->authority) {
        set_options(fetch);
        return fetch;
    }
    fetch_free(fetch);
    error_nomem(err);
    return NULL;
}

void fetch_free(struct fetch *fetch)
{
    if (!fetch)
        return;
    if (fetch->handle)
        fetch->curl->easy_cleanup(fetch->handle);
    fetch->curl->slist_free_all(fetch->headers);
    strbuf_release(&fetch->body);
    free(fetch->url);
    free(fetch->shown);
    free(fetch->authority);
    free(fetch);
}
