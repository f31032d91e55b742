/* output.c - see output.h. */
#include "dispatch/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dispatch/output_scrub.h"

enum { READ_SIZE = 64 * 1024, CALL_LIMIT = 4 * 1024 * 1024, LINE_LIMIT = 16 * 1024 };

bool output_init(struct output *output, const char *path, struct mask *mask)
{
    *output = (struct output){.line = STRBUF_INIT, .mask = mask};
    if (!path)
        return true;
    output->path = strdup(path);
    return output->path;
}

static void emit(const struct output *output, const char *text, size_t length,
                 void (*on_line)(void *data, json_t *line), void *data)
{
    json_t *line = mask_string(output->mask, text, length);
    if (line)
        on_line(data, line);
    json_decref(line);
}

/* How much of an over-long line is its first piece, so that nothing hidden is cut through; 0: more
 * of the line, which has no end yet, has to come before that is known. */
static size_t piece_length(const struct output *output, const char *text, size_t length,
                           bool has_end)
{
    size_t needed = LINE_LIMIT + mask_longest(output->mask);
    if (length < needed && !has_end)
        return 0;
    return mask_cut(output->mask, text, length < needed ? length : needed, LINE_LIMIT);
}

/* Take the complete lines off `output->line`, and over-long beginnings. */
static void emit_lines(struct output *output, void (*on_line)(void *data, json_t *line), void *data)
{
    struct strbuf *text = &output->line;
    size_t start = 0;
    while (start < text->length) {
        const char *end = memchr(text->text + start, '\n', text->length - start);
        size_t length = end ? (size_t)(end - text->text) - start : text->length - start;
        bool whole = end && length <= LINE_LIMIT;
        if (!whole)
            length = piece_length(output, text->text + start, length, end);
        if (!length && !whole)
            break;
        emit(output, text->text + start, length, on_line, data);
        start += length + whole;
    }
    strbuf_remove_front(text, start);
}

/* @return whether there may be more */
static bool read_some(struct output *output, int fd)
{
    if (!strbuf_reserve(&output->line, READ_SIZE))
        return false;
    ssize_t count;
    do
        count = pread(fd, output->line.text + output->line.length, READ_SIZE, output->place);
    while (count < 0 && errno == EINTR);
    if (count <= 0)
        return false;
    output->place += count;
    output->line.length += (size_t)count;
    output->line.text[output->line.length] = '\0';
    return count == READ_SIZE;
}

static void mention_rest(struct output *output, off_t size,
                         void (*on_line)(void *data, json_t *line), void *data)
{
    if (size <= output->place)
        return;
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "%lld more bytes of output are in '%s'", (long long)(size - output->place),
                output->path);
    if (!text.failed)
        emit(output, text.text, text.length, on_line, data);
    strbuf_release(&text);
}

/* Read what the file has beyond what was read. @return its size */
static off_t read_file(struct output *output, int fd, void (*on_line)(void *data, json_t *line),
                       void *data)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return 0;
    bool more = status.st_size > output->place;
    for (size_t total = 0; more && total < CALL_LIMIT; total += READ_SIZE) {
        more = read_some(output, fd);
        emit_lines(output, on_line, data);
    }
    return status.st_size;
}

/* Opened each time: there may be more operations under way than descriptors to be had. */
void output_read(struct output *output, bool last, void (*on_line)(void *data, json_t *line),
                 void *data)
{
    off_t size = 0;
    int fd = output->path ? open(output->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    if (fd >= 0) {
        size = read_file(output, fd, on_line, data);
        close(fd);
    }
    if (!last)
        return;
    output_scrub(output->path, output->mask);
    if (output->line.length)
        emit(output, output->line.text, output->line.length, on_line, data);
    strbuf_truncate(&output->line, 0);
    mention_rest(output, size, on_line, data);
}

void output_release(struct output *output)
{
    strbuf_release(&output->line);
    free(output->path);
    *output = (struct output){.line = STRBUF_INIT};
}
