/* ids.c - see ids.h: random bytes from the kernel, taken a page at a time. */
#include "base/ids.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void random_bytes(unsigned char *bytes, size_t count)
{
    static _Thread_local unsigned char pool[256];
    static _Thread_local size_t left;
    for (size_t i = 0; i < count; i++) {
        if (!left) {
            /* Up to 256 bytes are never interrupted nor cut short (getrandom(2)). */
            if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
                abort();
            left = sizeof pool;
        }
        bytes[i] = pool[--left];
    }
}

struct uuid uuid_new(void)
{
    struct uuid uuid = {{0}};
    unsigned char *b = uuid.bytes;
    random_bytes(b, sizeof uuid.bytes);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    return uuid;
}

struct uuid_text uuid_text(const struct uuid *uuid)
{
    static const char digits[] = "0123456789abcdef";
    struct uuid_text written = {{0}};
    char *text = written.text;
    for (size_t i = 0; i < sizeof uuid->bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *text++ = '-';
        *text++ = digits[uuid->bytes[i] >> 4];
        *text++ = digits[uuid->bytes[i] & 0x0f];
    }
    *text = '\0';
    return written;
}

void id_uuid(char text[UUID_TEXT_SIZE])
{
    struct uuid uuid = uuid_new();
    memcpy(text, uuid_text(&uuid).text, UUID_TEXT_SIZE);
}

void id_suffix(char *text, size_t length)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte;
        do
            random_bytes(&byte, 1);
        while (byte >= 252); /* 252 is a multiple of 36: every character is as likely */
        text[i] = alphabet[byte % 36];
    }
    text[length] = '\0';
}
