/* mask_value.c - the forms in which a value is likely to turn up: see mask_add_value(). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mask.h"

static void forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* The code point of the character at `*text`, which is UTF-8; `*text` goes behind it. */
static unsigned long next_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
    unsigned long code = *at++ & (0x3fu >> more);
    while (more--)
        code = code << 6 | (*at++ & 0x3f);
    *text = (const char *)at;
    return code;
}

/* Append JSON as those write it who stay with ASCII; `escape` is a format: digits in small or in
 * capital letters. */
static void write_ascii(struct strbuf *out, const char *json, const char *escape)
{
    while (*json) {
        if (*json == '\\' && json[1] != 'u') {
            strbuf_add(out, json, 2);
            json += 2;
            continue;
        }
        if (*json == '\\') {
            const char digits[] = {json[2], json[3], json[4], json[5], '\0'};
            strbuf_addf(out, escape, strtoul(digits, NULL, 16));
            json += 6;
            continue;
        }
        if (!(*json & 0x80)) {
            strbuf_addc(out, *json++);
            continue;
        }
        unsigned long code = next_character(&json);
        if (code > 0xffff) {
            strbuf_addf(out, escape, 0xd800 + ((code - 0x10000) >> 10));
            code = 0xdc00 + ((code - 0x10000) & 0x3ff);
        }
        strbuf_addf(out, escape, code);
    }
}

static bool add_ascii(struct mask *mask, const char *json, const char *escape)
{
    struct strbuf text = STRBUF_INIT;
    write_ascii(&text, json, escape);
    bool ok = !text.failed && mask_add_text(mask, text.text, text.length);
    explicit_bzero(text.text, text.length);
    strbuf_release(&text);
    return ok;
}

/* As it is, and as it looks inside of a JSON string. One that is not UTF-8 can be in none. */
static bool add_forms(struct mask *mask, const char *text, size_t length)
{
    json_t *string = json_stringn(text, length);
    char *json = string ? json_text(string) : NULL;
    bool ok = mask_add_text(mask, text, length) && (json || !string);
    if (ok && json) {
        size_t end = strlen(json) - 1;
        json[end] = '\0';
        ok = mask_add_text(mask, json + 1, end - 1) && add_ascii(mask, json + 1, "\\u%04lx") &&
             add_ascii(mask, json + 1, "\\u%04lX");
        json[end] = ' ';
    }
    forget(json);
    json_decref(string);
    return ok;
}

static bool add_trimmed(struct mask *mask, const char *text, size_t length)
{
    while (length && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    return add_forms(mask, text, length);
}

static bool add_lines(struct mask *mask, const char *text, size_t length)
{
    bool ok = add_trimmed(mask, text, length);
    const char *end = text + length;
    while (ok && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = newline ? (size_t)(newline - text) : (size_t)(end - text);
        ok = add_trimmed(mask, text, line);
        text += line + (newline != NULL);
    }
    return ok;
}

static bool add_leaves(struct mask *mask, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;
    bool ok = true;
    if (json_is_string(value))
        return add_lines(mask, json_string_value(value), json_string_length(value));
    if (json_is_number(value)) {
        char *text = json_text(value);
        ok = text && mask_add_text(mask, text, strlen(text));
        forget(text);
        return ok;
    }
    json_array_foreach(value, i, item) ok = ok && add_leaves(mask, item);
    json_object_foreach((json_t *)value, key, item) ok = ok && add_leaves(mask, item);
    return ok;
}

bool mask_add_value(struct mask *mask, const char *value, size_t length)
{
    if (!add_lines(mask, value, length))
        return false;
    struct error ignored = {0};
    json_t *parsed = json_parse(value, length, "", &ignored);
    bool ok = json_is_object(parsed) || json_is_array(parsed) ? add_leaves(mask, parsed) : true;
    json_decref(parsed);
    return ok && ignored.code != ERROR_NOMEM;
}
