/* json_read.c - compact JSON, as json_write() writes it, by way of jsmn's tokens.
 *
 * Most of what is parsed is what we have written ourselves: messages between engine and workers,
 * and the rows of the store. jansson takes two hundred instructions a character for it. Whatever is
 * not just as expected here - blanks, rare escapes, faults - is left to jansson, whose errors are
 * those of json_read(), too.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "base/json.h"
#include "base/json_plain.h"
#include "base/utf8.h"

enum { DEEPEST = 100 };

struct reader {
    const char *text;
    const jsmntok_t *token; /* the next one */
    const jsmntok_t *end;
    int at; /* where it must begin, so that nothing stands between the tokens but what has to */
    int depth;
    bool ascii; /* all of it, so that jansson need not look at each string */
};

static json_t *read_value(struct reader *r);

/* The text between the quotes of the next token, which must be a string with `size` values. */
static const jsmntok_t *take_string(struct reader *r, int size)
{
    const jsmntok_t *token = r->token;
    if (token == r->end || token->type != JSMN_STRING || token->size != size ||
        token->start != r->at + 1)
        return NULL;
    r->token++;
    r->at = token->end + 1;
    return token;
}

static bool take(struct reader *r, char c)
{
    return r->text[r->at++] == c;
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
static json_t *read_escaped(const struct reader *r, const char *text, size_t length)
{
    char *plain = malloc(length);
    size_t count = 0, i = 0;
    while (plain && i < length) {
        size_t run = json_plain_length(text + i, length - i);
        memcpy(plain + count, text + i, run);
        count += run;
        i += run;
        if (i == length)
            break;
        char c = text[i] == '\\' && i + 1 < length ? unescaped(text[i + 1]) : '\0';
        if (!c)
            break;
        plain[count++] = c;
        i += 2;
    }
    json_t *string = plain && i == length ? make_string(r, plain, count) : NULL;
    free(plain);
    return string;
}

static json_t *read_string(struct reader *r)
{
    const jsmntok_t *token = take_string(r, 0);
    if (!token)
        return NULL;
    const char *text = r->text + token->start;
    size_t length = (size_t)(token->end - token->start);
    return json_plain_length(text, length) == length ? make_string(r, text, length)
                                                     : read_escaped(r, text, length);
}

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

static json_t *read_primitive(struct reader *r)
{
    const jsmntok_t *token = r->token++;
    const char *text = r->text + token->start;
    size_t length = (size_t)(token->end - token->start);
    if (token->start != r->at)
        return NULL;
    r->at = token->end;
    if (length == 4 && !memcmp(text, "null", 4))
        return json_null();
    if (length == 4 && !memcmp(text, "true", 4))
        return json_true();
    if (length == 5 && !memcmp(text, "false", 5))
        return json_false();
    size_t sign = *text == '-';
    if (length > sign && strspn(text + sign, "0123456789") == length - sign)
        return read_integer(text, length);
    return json_loadb(text, length, JSON_DECODE_ANY, NULL);
}

static bool add_member(const struct reader *r, json_t *object, const jsmntok_t *key, json_t *value)
{
    const char *name = r->text + key->start;
    size_t length = (size_t)(key->end - key->start);
    return !(r->ascii ? json_object_setn_new_nocheck(object, name, length, value)
                      : json_object_setn_new(object, name, length, value));
}

static json_t *read_object(struct reader *r, int size)
{
    json_t *object = json_object();
    bool ok = object && take(r, '{');
    for (int i = 0; ok && i < size; i++) {
        const jsmntok_t *key = i == 0 || take(r, ',') ? take_string(r, 1) : NULL;
        size_t length = key ? (size_t)(key->end - key->start) : 0;
        ok = key && json_plain_length(r->text + key->start, length) == length && take(r, ':') &&
             add_member(r, object, key, read_value(r));
    }
    if (ok && take(r, '}'))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *read_array(struct reader *r, int size)
{
    json_t *array = json_array();
    bool ok = array && take(r, '[');
    for (int i = 0; ok && i < size; i++)
        ok = (i == 0 || take(r, ',')) && !json_array_append_new(array, read_value(r));
    if (ok && take(r, ']'))
        return array;
    json_decref(array);
    return NULL;
}

static json_t *read_container(struct reader *r)
{
    const jsmntok_t *token = r->token++;
    if (token->start != r->at || ++r->depth > DEEPEST)
        return NULL;
    json_t *value =
        token->type == JSMN_OBJECT ? read_object(r, token->size) : read_array(r, token->size);
    r->depth--;
    return value;
}

static json_t *read_value(struct reader *r)
{
    if (r->token == r->end)
        return NULL;
    switch (r->token->type) {
    case JSMN_OBJECT:
    case JSMN_ARRAY:
        return read_container(r);
    case JSMN_STRING:
        return read_string(r);
    case JSMN_PRIMITIVE:
        return read_primitive(r);
    default:
        return NULL;
    }
}

/* The value that the tokens of `text` are; NULL: they are not just as expected. */
static json_t *read_tokens(const char *text, size_t length, const jsmntok_t *tokens, int count)
{
    struct reader r = {
        .text = text, .token = tokens, .end = tokens + count, .ascii = utf8_is_ascii(text, length)};
    json_t *value = read_value(&r);
    if (r.token == r.end && (size_t)r.at == length)
        return value;
    json_decref(value);
    return NULL;
}

/* Enough for most messages, without memory to be got and given back. */
enum { FEW = 256 };

/* @return the tokens of `text`, `*count` of them, in `few` or new; NULL: out of memory, or it is
 * none */
static jsmntok_t *tokenize(const char *text, size_t length, jsmntok_t few[FEW], int *count)
{
    jsmntok_t *tokens = few;
    unsigned room = FEW;
    jsmn_parser parser;
    jsmn_init(&parser);
    int result;
    while ((result = jsmn_parse(&parser, text, length, tokens, room)) == JSMN_ERROR_NOMEM) {
        unsigned usual = (unsigned)length / 8, more = room * 2 > usual ? room * 2 : usual;
        jsmntok_t *all = realloc(tokens == few ? NULL : tokens, more * sizeof *tokens);
        if (!all)
            break;
        if (tokens == few)
            memcpy(all, few, room * sizeof *few);
        tokens = all;
        room = more;
    }
    *count = (int)parser.toknext;
    if (result > 0)
        return tokens;
    if (tokens != few)
        free(tokens);
    return NULL;
}

json_t *json_read(const char *text, size_t length, const char *where, struct error *err)
{
    jsmntok_t few[FEW];
    int count = 0;
    jsmntok_t *tokens = length < INT_MAX / 2 ? tokenize(text, length, few, &count) : NULL;
    json_t *value = tokens ? read_tokens(text, length, tokens, count) : NULL;
    if (tokens != few)
        free(tokens);
    return value ? value : json_parse(text, length, where, err);
}
