/* base64.c - see base64.h. */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes, of which only `count` are given, as four characters. */
static void encode_group(const unsigned char *bytes, size_t count, char text[4])
{
    uint32_t group = (uint32_t)bytes[0] << 16;
    if (count > 1)
        group |= (uint32_t)bytes[1] << 8;
    if (count > 2)
        group |= bytes[2];
    for (size_t i = 0; i < 4; i++)
        text[i] = i <= count ? digits[group >> (18 - 6 * i) & 63] : '=';
}

void base64_encode(struct strbuf *out, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    strbuf_reserve(out, (length + 2) / 3 * 4);
    for (size_t i = 0; i < length; i += 3) {
        char text[4];
        encode_group(bytes + i, length - i < 3 ? length - i : 3, text);
        strbuf_add(out, text, sizeof text);
    }
}

/* The value of a digit, or -1. */
static int digit_value(char c)
{
    const char *digit = c ? strchr(digits, c) : NULL;
    return digit ? (int)(digit - digits) : -1;
}

/* Four characters as `*count` bytes. @return false where they are no group */
static bool decode_group(const char *text, unsigned char bytes[3], size_t *count)
{
    uint32_t group = 0;
    size_t padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? digit_value(text[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    for (size_t i = 0; i < 3; i++)
        bytes[i] = (unsigned char)(group >> (16 - 8 * i));
    *count = 3 - padding;
    return true;
}

bool base64_decode(struct strbuf *out, const char *text, size_t length)
{
    strbuf_reserve(out, length / 4 * 3);
    for (size_t i = 0; i < length; i += 4) {
        unsigned char bytes[3];
        size_t count;
        if (length - i < 4 || !decode_group(text + i, bytes, &count) ||
            (count < 3 && i + 4 < length))
            return false;
        strbuf_add(out, bytes, count);
    }
    return true;
}
