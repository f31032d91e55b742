/* json.c - see json.h. */
#include "base/json.h"

#include <string.h>

#include "base/json_plain.h"
#include "base/real.h"

static void write_value(struct strbuf *out, const json_t *value);

static void write_escaped(struct strbuf *out, unsigned char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *n = names; *n; n += 2) {
        if ((unsigned char)*n == c) {
            strbuf_addc(out, '\\');
            strbuf_addc(out, n[1]);
            return;
        }
    }
    strbuf_addf(out, "\\u%04x", c);
}

static void write_string(struct strbuf *out, const char *text, size_t length)
{
    strbuf_reserve(out, length + 2);
    strbuf_addc(out, '"');
    for (size_t i = 0; i < length; i++) {
        size_t plain = json_plain_length(text + i, length - i);
        strbuf_add(out, text + i, plain);
        i += plain;
        if (i < length)
            write_escaped(out, (unsigned char)text[i]);
    }
    strbuf_addc(out, '"');
}

void json_write_integer(struct strbuf *out, json_int_t value)
{
    char text[32], *digit = text + sizeof text;
    unsigned long long left = value < 0 ? -(unsigned long long)value : (unsigned long long)value;
    do
        *--digit = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--digit = '-';
    strbuf_add(out, digit, (size_t)(text + sizeof text - digit));
}

static void write_real(struct strbuf *out, double value)
{
    char text[REAL_TEXT_SIZE];
    strbuf_add(out, text, real_text(value, text));
}

static void write_object(struct strbuf *out, const json_t *object)
{
    bool first = true;
    strbuf_addc(out, '{');
    for (void *it = json_object_iter((json_t *)object); it;
         it = json_object_iter_next((json_t *)object, it)) {
        if (!first)
            strbuf_addc(out, ',');
        first = false;
        write_string(out, json_object_iter_key(it), json_object_iter_key_len(it));
        strbuf_addc(out, ':');
        write_value(out, json_object_iter_value(it));
    }
    strbuf_addc(out, '}');
}

static void write_array(struct strbuf *out, const json_t *array)
{
    size_t count = json_array_size(array);
    strbuf_addc(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            strbuf_addc(out, ',');
        write_value(out, json_array_get(array, i));
    }
    strbuf_addc(out, ']');
}

static void write_value(struct strbuf *out, const json_t *value)
{
    if (!value) {
        strbuf_adds(out, "null");
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, value);
        break;
    case JSON_ARRAY:
        write_array(out, value);
        break;
    case JSON_STRING:
        write_string(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        json_write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        strbuf_adds(out, "true");
        break;
    case JSON_FALSE:
        strbuf_adds(out, "false");
        break;
    case JSON_NULL:
        strbuf_adds(out, "null");
        break;
    }
}

bool json_write(struct strbuf *out, const json_t *value)
{
    write_value(out, value);
    return !out->failed;
}

static void write_key(struct strbuf *out, const char *key)
{
    size_t length = strlen(key);
    bool is_first = out->length && out->text[out->length - 1] == '{';
    if (!strbuf_reserve(out, length + sizeof ",\"\":"))
        return;
    if (!is_first)
        strbuf_addc(out, ',');
    strbuf_addc(out, '"');
    strbuf_add(out, key, length);
    strbuf_addc(out, '"');
    strbuf_addc(out, ':');
}

void json_write_integer_member(struct strbuf *out, const char *key, json_int_t number)
{
    write_key(out, key);
    json_write_integer(out, number);
}

void json_write_value_member(struct strbuf *out, const char *key, const json_t *value)
{
    write_key(out, key);
    write_value(out, value);
}

void json_write_member(struct strbuf *out, const char *key, const char *text)
{
    write_key(out, key);
    if (text)
        write_string(out, text, strlen(text));
    else
        strbuf_adds(out, "null");
}

char *json_text(const json_t *value)
{
    enum { USUALLY_ENOUGH = 511 };
    struct strbuf out = STRBUF_INIT;
    if (json_is_object(value))
        strbuf_reserve(&out, USUALLY_ENOUGH);
    json_write(&out, value);
    return strbuf_detach(&out);
}

json_t *json_parse(const char *text, size_t length, const char *where, struct error *err)
{
    json_error_t problem;
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *value = json_loadb(text, length, flags, &problem);
    if (!value)
        error_set(err, ERROR_INVALID, "%s:%d:%d: %s", where, problem.line, problem.column,
                  problem.text);
    return value;
}

const char *json_string_at(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : fallback;
}

json_int_t json_integer_at(const json_t *object, const char *key, json_int_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

double json_number_at(const json_t *object, const char *key, double fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : fallback;
}

bool json_boolean_at(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

bool json_set_text(json_t *object, const char *key, const char *text)
{
    return json_set_value(object, key, text ? json_string_nocheck(text) : json_null());
}

bool json_set_value(json_t *object, const char *key, json_t *value)
{
    return !json_object_set_new_nocheck(object, key, value);
}

void json_hold(json_t **held, const json_t *value)
{
    json_t *before = *held;
    *held = json_incref((json_t *)value);
    json_decref(before);
}

static bool same_size(const json_t *copy, const json_t *value)
{
    return copy && json_object_size(copy) == json_object_size(value) &&
           json_array_size(copy) == json_array_size(value);
}

json_t *json_copy_whole(const json_t *value)
{
    json_t *copy = json_copy((json_t *)value);
    if (same_size(copy, value))
        return copy;
    json_decref(copy);
    return NULL;
}

/* Whether nothing was left out, at any depth. */
static bool is_whole(const json_t *copy, const json_t *value)
{
    bool whole = same_size(copy, value);
    const char *key;
    size_t i;
    json_t *item;
    for (i = 0; whole && i < json_array_size(value); i++)
        whole = is_whole(json_array_get(copy, i), json_array_get(value, i));
    json_object_foreach((json_t *)value, key, item)
    {
        whole = whole && is_whole(json_object_get(copy, key), item);
    }
    return whole;
}

json_t *json_deep_copy_whole(const json_t *value)
{
    json_t *copy = json_deep_copy(value);
    if (is_whole(copy, value))
        return copy;
    json_decref(copy);
    return NULL;
}

bool json_has_string(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && !strcmp(item, text))
            return true;
    }
    return false;
}

const char *json_kind(const json_t *value)
{
    if (!value)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "dict";
    case JSON_ARRAY:
        return "list";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "float";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        return "null";
    }
    return "nothing";
}
