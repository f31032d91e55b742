/* strbuf.c - see strbuf.h. */
#include "base/strbuf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char strbuf_empty[1];

bool strbuf_reserve(struct strbuf *sb, size_t extra)
{
    if (sb->failed)
        return false;
    size_t need = sb->length + extra + 1;
    if (need <= sb->capacity)
        return true;
    size_t capacity = sb->capacity < 64 ? 64 : sb->capacity + sb->capacity / 2;
    if (capacity < need)
        capacity = need;
    char *text = realloc(sb->text == strbuf_empty ? NULL : sb->text, capacity);
    if (!text) {
        sb->failed = true;
        return false;
    }
    sb->text = text;
    sb->text[sb->length] = '\0'; /* also when nothing comes of the room */
    sb->capacity = capacity;
    return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t length)
{
    if (!strbuf_reserve(sb, length))
        return;
    memcpy(sb->text + sb->length, data, length);
    sb->length += length;
    sb->text[sb->length] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_add_list(struct strbuf *sb, const char *const *texts)
{
    for (; *texts; texts++)
        strbuf_adds(sb, *texts);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list args)
{
    enum { USUALLY_ENOUGH = 63 };
    va_list again;
    if (!strbuf_reserve(sb, USUALLY_ENOUGH))
        return;
    va_copy(again, args);
    size_t room = sb->capacity - sb->length;
    int length = vsnprintf(sb->text + sb->length, room, fmt, args);
    if (length >= 0 && (size_t)length >= room && strbuf_reserve(sb, (size_t)length))
        vsnprintf(sb->text + sb->length, (size_t)length + 1, fmt, again);
    if (length < 0)
        sb->failed = true;
    if (!sb->failed)
        sb->length += (size_t)length;
    sb->text[sb->length] = '\0'; /* an addition that failed leaves nothing */
    va_end(again);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    strbuf_vaddf(sb, fmt, args);
    va_end(args);
}

void strbuf_truncate(struct strbuf *sb, size_t length)
{
    if (length >= sb->length)
        return;
    sb->length = length;
    sb->text[length] = '\0';
}

void strbuf_remove_front(struct strbuf *sb, size_t count)
{
    assert(count <= sb->length);
    memmove(sb->text, sb->text + count, sb->length - count);
    strbuf_truncate(sb, sb->length - count);
}

char *strbuf_detach(struct strbuf *sb)
{
    char *text = NULL;
    if (strbuf_reserve(sb, 0)) {
        text = sb->text;
        text[sb->length] = '\0';
        *sb = (struct strbuf)STRBUF_INIT;
    }
    strbuf_release(sb);
    return text;
}

void strbuf_release(struct strbuf *sb)
{
    if (sb->text != strbuf_empty)
        free(sb->text);
    *sb = (struct strbuf)STRBUF_INIT;
}
