/* json_read.c - compact JSON, as json_write() writes it, read in one go.
 *
 * Most of what is parsed is what we have written ourselves: messages between engine and workers,
 * and the rows of the store. jansson takes two hundred instructions a character for it. Whatever is
 * not just as expected here - blanks, rare escapes, faults - is left to jansson, whose errors are
 * those of json_read(), too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_plain.h"
#include "base/utf8.h"

enum { DEEPEST = 100 };

struct reader {
    const char *at, *end;
    int depth;
    bool ascii; /* all of it, so that jansson need not look at each string */
};

/* A string as it is written, without its quotes. */
struct span {
    const char *text;
    size_t length;
    bool plain; /* it has no escapes */
};

static json_t *read_value(struct reader *r);

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* ---- strings ---- */

static bool take_text(struct reader *r, struct span *text)
{
    if (!take(r, '"'))
        return false;
    text->text = r->at;
    for (text->plain = true;; text->plain = false) {
        r->at += json_plain_length(r->at, (size_t)(r->end - r->at));
        text->length = (size_t)(r->at - text->text);
        if (take(r, '"'))
            return true;
        if (!take(r, '\\') || r->at == r->end)
            return false;
        r->at++;
    }
}

/* The character that an escape stands for, the letter of which is `letter`; 0: another kind. */
static char unescaped(char letter)
{
    static const char pairs[] = "\"\"\\\\b\bf\fn\nr\rt\t";
    const char *pair = pairs;
    while (*pair && *pair != letter)
        pair += 2;
    return *pair ? pair[1] : '\0';
}

static json_t *make_string(const struct reader *r, const char *text, size_t length)
{
    return r->ascii ? json_stringn_nocheck(text, length) : json_stringn(text, length);
}

/* A string with escapes of one letter. */
static json_t *read_escaped(const struct reader *r, struct span written)
{
    char *plain = malloc(written.length);
    size_t count = 0, i = 0;
    while (plain && i < written.length) {
        size_t run = json_plain_length(written.text + i, written.length - i);
        memcpy(plain + count, written.text + i, run);
        count += run;
        i += run;
        if (i == written.length)
            break;
        char c = unescaped(written.text[i + 1]);
        if (!c)
            break;
        plain[count++] = c;
        i += 2;
    }
    json_t *string = plain && i == written.length ? make_string(r, plain, count) : NULL;
    free(plain);
    return string;
}

static json_t *read_string(struct reader *r)
{
    struct span text;
    if (!take_text(r, &text))
        return NULL;
    return text.plain ? make_string(r, text.text, text.length) : read_escaped(r, text);
}

/* ---- numbers and names ---- */

static json_t *read_integer(const char *text, size_t length)
{
    enum { SURELY_FIT = 18 };
    bool negative = *text == '-';
    size_t i = negative;
    json_int_t value = 0;
    if (length - i > SURELY_FIT || (text[i] == '0' && length - i > 1))
        return NULL;
    for (; i < length; i++)
        value = value * 10 + (text[i] - '0');
    return json_integer(negative ? -value : value);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static json_t *read_number(struct reader *r)
{
    const char *text = r->at;
    bool integer = true;
    take(r, '-');
    for (; r->at < r->end && (is_digit(*r->at) || strchr("+-.eE", *r->at)); r->at++)
        integer = integer && is_digit(*r->at);
    size_t length = (size_t)(r->at - text), sign = *text == '-';
    if (integer && length > sign)
        return read_integer(text, length);
    return json_loadb(text, length, JSON_DECODE_ANY, NULL);
}

static json_t *read_name(struct reader *r, const char *name, json_t *value)
{
    size_t length = strlen(name);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, name, length) != 0)
        return NULL;
    r->at += length;
    return value;
}

/* ---- containers ---- */

static bool add_member(const struct reader *r, json_t *object, struct span key, json_t *value)
{
    return !(r->ascii ? json_object_setn_new_nocheck(object, key.text, key.length, value)
                      : json_object_setn_new(object, key.text, key.length, value));
}

static bool read_member(struct reader *r, json_t *object)
{
    struct span key;
    return take_text(r, &key) && key.plain && take(r, ':') &&
           add_member(r, object, key, read_value(r));
}

static bool read_members(struct reader *r, json_t *object)
{
    if (take(r, '}'))
        return true;
    do {
        if (!read_member(r, object))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

static bool read_items(struct reader *r, json_t *array)
{
    if (take(r, ']'))
        return true;
    do {
        if (json_array_append_new(array, read_value(r)))
            return false;
    } while (take(r, ','));
    return take(r, ']');
}

static json_t *read_container(struct reader *r)
{
    bool is_object = *r->at++ == '{';
    json_t *value = is_object ? json_object() : json_array();
    if (++r->depth <= DEEPEST && value &&
        (is_object ? read_members(r, value) : read_items(r, value))) {
        r->depth--;
        return value;
    }
    json_decref(value);
    return NULL;
}

static json_t *read_value(struct reader *r)
{
    if (r->at == r->end)
        return NULL;
    switch (*r->at) {
    case '{':
    case '[':
        return read_container(r);
    case '"':
        return read_string(r);
    case 't':
        return read_name(r, "true", json_true());
    case 'f':
        return read_name(r, "false", json_false());
    case 'n':
        return read_name(r, "null", json_null());
    default:
        return *r->at == '-' || is_digit(*r->at) ? read_number(r) : NULL;
    }
}

json_t *json_read(const char *text, size_t length, const char *where, struct error *err)
{
    struct reader r = {.at = text, .end = text + length, .ascii = utf8_is_ascii(text, length)};
    json_t *value = read_value(&r);
    if (value && r.at == r.end)
        return value;
    json_decref(value);
    return json_parse(text, length, where, err);
}
