/* scalar.c - what a scalar means: YAML 1.1 as PyYAML's safe loader resolves and builds it.
 *
 * A plain scalar is first classified by its text, with the patterns of PyYAML's resolver; then
 * the value is built with the laxer rules of its constructor, which also serve explicit tags.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "yaml/yaml_internal.h"

enum scalar_class {
    CLASS_STRING,
    CLASS_NULL,
    CLASS_BOOLEAN,
    CLASS_INTEGER,
    CLASS_REAL,
    CLASS_DATE,
    CLASS_MERGE,   /* << */
    CLASS_DEFAULT, /* =, YAML 1.1's "value" key */
    CLASS_OTHER,   /* a tag of somebody else */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Skip characters of `set`. The NUL that ends a text is in no set and stops every pattern. */
static const char *skip(const char *at, const char *set)
{
    return at + strspn(at, set);
}

static const char *skip_sign(const char *at)
{
    return *at == '-' || *at == '+' ? at + 1 : at;
}

/* Skip between `least` and `most` digits; NULL if there are not so many. */
static const char *skip_digits(const char *at, int least, int most)
{
    int count = 0;
    while (count < most && is_digit(at[count]))
        count++;
    return count < least ? NULL : at + count;
}

/* (?::[0-5]?[0-9])+ ; NULL if there is none. */
static const char *skip_sixties(const char *at)
{
    const char *start = at;
    while (*at == ':' && is_digit(at[1]))
        at += is_digit(at[2]) && at[1] <= '5' ? 3 : 2;
    return at == start ? NULL : at;
}

static bool is_integer(const char *at, const char *end)
{
    at = skip_sign(at);
    if (at[0] == '0' && at[1] == 'b')
        return at + 2 < end && skip(at + 2, "01_") == end;
    if (at[0] == '0' && at[1] == 'x')
        return at + 2 < end && skip(at + 2, "0123456789abcdefABCDEF_") == end;
    if (at[0] == '0')
        return skip(at + 1, "01234567_") == end;
    if (!is_digit(at[0]))
        return false;
    at = skip(at, "0123456789_");
    return at == end || skip_sixties(at) == end;
}

/* (?:[eE][-+][0-9]+)? up to the end */
static bool is_exponent(const char *at, const char *end)
{
    if (at == end)
        return true;
    return (*at == 'e' || *at == 'E') && (at[1] == '-' || at[1] == '+') && is_digit(at[2]) &&
           skip(at + 2, "0123456789") == end;
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words && strcmp(text, *words))
        words++;
    return *words;
}

static bool is_real(const char *text, const char *end)
{
    static const char *const infinities[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
    const char *at = skip_sign(text);
    if (*at == '.') {
        if (at == text && is_digit(at[1]))
            return is_exponent(skip(at + 1, "0123456789_"), end);
        return is_one_of(at, infinities) || (at == text && is_one_of(at, nans));
    }
    if (!is_digit(*at))
        return false;
    at = skip(at, "0123456789_");
    if (*at == '.')
        return is_exponent(skip(at + 1, "0123456789_"), end);
    at = skip_sixties(at);
    return at && *at == '.' && skip(at + 1, "0123456789_") == end;
}

/* [ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9][0-9])?) up to the end, or nothing */
static bool is_zone(const char *at, const char *end)
{
    if (at == end)
        return true;
    at = skip(at, " \t");
    if (*at == 'Z')
        return at + 1 == end;
    if (*at != '-' && *at != '+')
        return false;
    at = skip_digits(at + 1, 1, 2);
    if (at && *at == ':')
        at = skip_digits(at + 1, 2, 2);
    return at == end;
}

static bool is_time(const char *at, const char *end)
{
    if (*at == 'T' || *at == 't')
        at++;
    else if (*at == ' ' || *at == '\t')
        at = skip(at, " \t");
    else
        return false;
    at = skip_digits(at, 1, 2);
    for (int i = 0; at && i < 2; i++)
        at = *at == ':' ? skip_digits(at + 1, 2, 2) : NULL;
    if (!at)
        return false;
    if (*at == '.')
        at = skip(at + 1, "0123456789");
    return is_zone(at, end);
}

static bool is_date(const char *text, const char *end)
{
    const char *at = skip_digits(text, 4, 4);
    for (int i = 0; at && i < 2; i++)
        at = *at == '-' ? skip_digits(at + 1, 1, 2) : NULL;
    if (!at)
        return false;
    return at == end ? end - text == 10 : is_time(at, end);
}

static enum scalar_class classify_word(const char *text)
{
    static const char *const booleans[] = {"yes",  "Yes",  "YES",   "no",    "No",    "NO", "true",
                                           "True", "TRUE", "false", "False", "FALSE", "on", "On",
                                           "ON",   "off",  "Off",   "OFF",   NULL};
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    if (*text && !strchr("yYnNtTfFoO~<=", *text)) /* no word of all these begins otherwise */
        return CLASS_STRING;
    if (is_one_of(text, booleans))
        return CLASS_BOOLEAN;
    if (is_one_of(text, nulls))
        return CLASS_NULL;
    if (!strcmp(text, "<<"))
        return CLASS_MERGE;
    return !strcmp(text, "=") ? CLASS_DEFAULT : CLASS_STRING;
}

static enum scalar_class classify(const char *text, size_t length)
{
    const char *end = text + length;
    if (strlen(text) != length)
        return CLASS_STRING;
    if (is_digit(*text) || *text == '-' || *text == '+' || *text == '.') {
        if (is_real(text, end))
            return CLASS_REAL;
        if (is_integer(text, end))
            return CLASS_INTEGER;
        return is_date(text, end) ? CLASS_DATE : CLASS_STRING;
    }
    return length <= 5 ? classify_word(text) : CLASS_STRING;
}

/* A tag as one writes it: `!!str` for "tag:yaml.org,2002:str". */
static const char *tag_suffix(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    return !strncmp(tag, prefix, sizeof prefix - 1) ? tag + sizeof prefix - 1 : NULL;
}

static enum scalar_class class_of_tag(const char *tag)
{
    static const struct {
        const char *name;
        enum scalar_class class;
    } classes[] = {
        {"str", CLASS_STRING},  {"null", CLASS_NULL},     {"bool", CLASS_BOOLEAN},
        {"int", CLASS_INTEGER}, {"float", CLASS_REAL},    {"timestamp", CLASS_DATE},
        {"merge", CLASS_MERGE}, {"value", CLASS_DEFAULT},
    };
    const char *name = tag_suffix(tag);
    for (size_t i = 0; name && i < sizeof classes / sizeof *classes; i++) {
        if (!strcmp(name, classes[i].name))
            return classes[i].class;
    }
    return CLASS_OTHER;
}

/* A scalar under way. */
struct work {
    const struct yaml_scalar *scalar;
    struct yaml_node *node;
    struct yaml_number *number;
    struct yaml_problem *problem;
};

/* Report a problem with the scalar, whose text stands in the middle of the message. */
static bool refuse(const struct work *work, enum yaml_problem_code code, const char *before,
                   const char *after)
{
    const struct yaml_scalar *scalar = work->scalar;
    return yaml_problem_set(work->problem, code, work->node, "%s'%.*s'%s", before,
                            yaml_excerpt(scalar->text, scalar->length), scalar->text, after);
}

static bool build_boolean(const struct work *work)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strcasecmp(work->scalar->text, words[i])) {
            work->node->kind = YAML_BOOLEAN;
            work->node->role = i % 2 ? NODE_TRUE : NODE_ORDINARY;
            return true;
        }
    }
    return refuse(work, YAML_PROBLEM_TAG, "", " is no boolean");
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Digits up to the end of the text or a ':', without sign and underscores. */
static const char *read_digits(const char *at, int base, uint64_t *value, bool *overflow)
{
    const char *start = at;
    *value = 0;
    for (; *at && *at != ':'; at++) {
        int digit = digit_value(*at);
        if (digit >= base)
            return NULL;
        *overflow |= __builtin_mul_overflow(*value, (uint64_t)base, value);
        *overflow |= __builtin_add_overflow(*value, (uint64_t)digit, value);
    }
    return at == start ? NULL : at;
}

/* Decimal digits, or several groups of them, each worth sixty of the next: 1:30 is 90. */
static const char *read_sixties(const char *at, uint64_t *value, bool *overflow)
{
    at = read_digits(at, 10, value, overflow);
    while (at && *at == ':') {
        uint64_t part;
        at = read_digits(at + 1, 10, &part, overflow);
        *overflow |= __builtin_mul_overflow(*value, (uint64_t)60, value);
        *overflow |= __builtin_add_overflow(*value, part, value);
    }
    return at;
}

static const char *read_magnitude(const char *at, uint64_t *value, bool *overflow)
{
    if (at[0] == '0' && at[1] == 'b')
        return read_digits(at + 2, 2, value, overflow);
    if (at[0] == '0' && at[1] == 'x')
        return read_digits(at + 2, 16, value, overflow);
    if (at[0] == '0')
        return read_digits(at, 8, value, overflow);
    return read_sixties(at, value, overflow);
}

static bool build_integer(const struct work *work, const char *digits)
{
    uint64_t magnitude = 0;
    bool overflow = false, negative = *digits == '-';
    const char *end = read_magnitude(skip_sign(digits), &magnitude, &overflow);
    if (!end || *end)
        return refuse(work, YAML_PROBLEM_TAG, "", " is no integer");
    if (overflow || magnitude > (uint64_t)INT64_MAX + negative)
        return refuse(work, YAML_PROBLEM_NUMBER, "the integer ", " does not fit into 64 bits");
    work->node->kind = YAML_INTEGER;
    work->number->value.integer = (json_int_t)(negative ? -magnitude : magnitude);
    return true;
}

static const char *read_real(const char *at, double *value)
{
    if (!is_digit(*at) && !(*at == '.' && is_digit(at[1])))
        return NULL;
    if (at[0] == '0' && (at[1] | 0x20) == 'x')
        return NULL;
    return real_read(at, value);
}

static bool build_real(const struct work *work, const char *digits)
{
    double value = 0;
    const char *at = skip_sign(digits);
    if (!strcasecmp(at, ".inf") || !strcasecmp(at, ".nan")) {
        value = INFINITY;
        at += strlen(at);
    } else {
        at = read_real(at, &value);
    }
    while (at && *at == ':') {
        double part = 0;
        at = read_real(at + 1, &part);
        value = value * 60 + part;
    }
    if (!at || *at)
        return refuse(work, YAML_PROBLEM_TAG, "", " is no float");
    if (!isfinite(value))
        return refuse(work, YAML_PROBLEM_NUMBER, "", " is not a finite number: put it in quotes");
    work->node->kind = YAML_REAL;
    work->number->value.real = *digits == '-' ? -value : value;
    return true;
}

static bool build_digits(const struct work *work, enum scalar_class class, const char *digits)
{
    return class == CLASS_INTEGER ? build_integer(work, digits) : build_real(work, digits);
}

static bool build_without_underscores(const struct work *work, enum scalar_class class)
{
    char *digits = malloc(work->scalar->length + 1), *to = digits;
    if (!digits)
        return yaml_problem_nomem(work->problem);
    for (const char *from = work->scalar->text; *from; from++) {
        if (*from != '_')
            *to++ = *from;
    }
    *to = '\0';
    bool ok = build_digits(work, class, digits);
    free(digits);
    return ok;
}

static bool build_number(const struct work *work, enum scalar_class class)
{
    const char *text = work->scalar->text;
    if (strlen(text) != work->scalar->length)
        return refuse(work, YAML_PROBLEM_TAG, "", " is no number");
    return strchr(text, '_') ? build_without_underscores(work, class)
                             : build_digits(work, class, text);
}

static bool refuse_tag(const struct work *work)
{
    const char *tag = work->scalar->tag, *suffix = tag_suffix(tag);
    const char *shown = suffix ? suffix : tag;
    return yaml_problem_set(work->problem, YAML_PROBLEM_TAG, work->node,
                            "the tag '%s%.*s' is not supported", suffix ? "!!" : "",
                            yaml_excerpt(shown, strlen(shown)), shown);
}

bool yaml_scalar_resolve(struct yaml_node *node, const struct yaml_scalar *scalar,
                         struct yaml_number *number, struct yaml_problem *problem)
{
    const struct work work = {scalar, node, number, problem};
    enum scalar_class class = CLASS_STRING;
    if (scalar->is_plain)
        class = classify(scalar->text, scalar->length);
    else if (scalar->tag)
        class = class_of_tag(scalar->tag);
    node->kind = YAML_STRING;
    switch (class) {
    case CLASS_STRING:
        return true;
    case CLASS_NULL:
        node->kind = YAML_NULL;
        return true;
    case CLASS_BOOLEAN:
        return build_boolean(&work);
    case CLASS_INTEGER:
    case CLASS_REAL:
        return build_number(&work, class);
    case CLASS_MERGE:
        node->role = NODE_MERGE_KEY;
        return true;
    case CLASS_DEFAULT:
        node->role = NODE_DEFAULT_KEY;
        return true;
    case CLASS_DATE:
        return refuse(&work, YAML_PROBLEM_DATE, "",
                      " is a date, for which there is no type: put it in quotes");
    case CLASS_OTHER:
        break;
    }
    return refuse_tag(&work);
}
