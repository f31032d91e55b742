/* utf8.c - see utf8.h. */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

/* How many bytes the character at `text` has, or 0 if it is none (RFC 3629). */
static size_t character_length(const unsigned char *text, size_t left)
{
    if (text[0] < 0x80)
        return 1;
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xed && text[1] > 0x9f;
    bool beyond = text[0] == 0xf4 && text[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

static json_t *repaired_string(const char *text, size_t length)
{
    struct strbuf repaired = STRBUF_INIT;
    for (size_t i = 0; i < length;) {
        size_t size = character_length((const unsigned char *)text + i, length - i);
        if (size)
            strbuf_add(&repaired, text + i, size);
        else
            strbuf_adds(&repaired, "\xef\xbf\xbd");
        i += size ? size : 1;
    }
    json_t *string = repaired.failed ? NULL : json_stringn(repaired.text, repaired.length);
    strbuf_release(&repaired);
    return string;
}

bool utf8_is_ascii(const char *text, size_t length)
{
    uint64_t seen = 0, word = 0;
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(&word, text, sizeof word);
        seen |= word;
    }
    word = 0;
    memcpy(&word, text, length);
    return !((seen | word) & UINT64_C(0x8080808080808080));
}

json_t *utf8_string(const char *text, size_t length)
{
    if (utf8_is_ascii(text, length))
        return json_stringn_nocheck(text, length);
    json_t *string = json_stringn(text, length);
    return string ? string : repaired_string(text, length);
}

/* Whether the `left` bytes at `text` begin a character that wants more of them. */
static bool is_beginning(const unsigned char *text, size_t left)
{
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || left >= length)
        return false;
    for (size_t i = 1; i < left; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

void utf8_repair(char *text, bool cut)
{
    unsigned char *at = (unsigned char *)text;
    for (size_t left = strlen(text); left;) {
        size_t size = character_length(at, left);
        if (!size && cut && is_beginning(at, left)) {
            *at = '\0';
            return;
        }
        if (!size)
            *at = '?';
        at += size ? size : 1;
        left -= size ? size : 1;
    }
}

size_t utf8_cut(const char *text, size_t length)
{
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}
