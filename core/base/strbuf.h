/* strbuf.h - a growing byte string, always NUL-terminated. */
#ifndef CLOUDIFY_BASE_STRBUF_H
#define CLOUDIFY_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Start with `struct strbuf sb = STRBUF_INIT;`, end with strbuf_release() or strbuf_detach().
 * When memory runs out the buffer turns `failed`, and later additions do nothing: check once at
 * the end.
 */
struct strbuf {
    char *text; /* never NULL; not to be freed directly */
    size_t length;
    size_t capacity;
    bool failed;
};

extern char strbuf_empty[];
#define STRBUF_INIT                                                                                \
    {                                                                                              \
        strbuf_empty, 0, 0, false                                                                  \
    }

void strbuf_add(struct strbuf *sb, const void *data, size_t length);
void strbuf_adds(struct strbuf *sb, const char *text);
/** Add several texts, one behind the other: much faster than strbuf_addf(). */
#define strbuf_add_all(sb, ...) strbuf_add_list(sb, (const char *const[]){__VA_ARGS__, NULL})
/** Add the texts of a list that NULL ends. */
void strbuf_add_list(struct strbuf *sb, const char *const *texts);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list args);
/** Make room for `extra` more bytes. @return false when out of memory */
bool strbuf_reserve(struct strbuf *sb, size_t extra);
static inline void strbuf_addc(struct strbuf *sb, char c)
{
    if ((sb->failed || sb->length + 1 >= sb->capacity) && !strbuf_reserve(sb, 1))
        return;
    sb->text[sb->length++] = c;
    sb->text[sb->length] = '\0';
}
/** Cut to `length` bytes, which must not be more than there are. */
void strbuf_truncate(struct strbuf *sb, size_t length);
/** Take the first `count` bytes away, of which there must not be fewer. */
void strbuf_remove_front(struct strbuf *sb, size_t count);
/** @return the text, new (free() it), or NULL if an addition had failed; `sb` is empty again. */
char *strbuf_detach(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);

#endif
