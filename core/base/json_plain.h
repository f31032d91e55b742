/* json_plain.h - the characters that stand for themselves in a JSON string. */
#ifndef CLOUDIFY_BASE_JSON_PLAIN_H
#define CLOUDIFY_BASE_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool json_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* Whether each of eight characters is plain. */
static inline bool json_are_plain(const char *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                     ((backslash - ones) & ~backslash);
    return !(found & highs);
}

/** How many plain characters `text` begins with. */
static inline size_t json_plain_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i + 8 <= length && json_are_plain(text + i))
        i += 8;
    while (i < length && json_is_plain((unsigned char)text[i]))
        i++;
    return i;
}

#endif
