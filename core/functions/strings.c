/* strings.c - string_find, string_replace, string_split, string_lower and string_upper. Positions
 * and pieces are counted in characters, not bytes. */
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/json.h"
#include "functions/functions_internal.h"

/* Whole numbers; true and false count as 1 and 0, as they do where blueprints come from. */
static bool is_number(const json_t *value)
{
    return json_is_integer(value) || json_is_boolean(value);
}

static json_int_t number_at(const struct function_call *call, size_t i, json_int_t fallback)
{
    const json_t *value = json_array_get(call->arguments, i);
    if (json_is_boolean(value))
        return json_is_true(value);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* JSON texts may have NULs in them, so their ends count, not those of C. */
struct text {
    const char *start, *end;
};

static struct text text_of(const json_t *value)
{
    const char *start = json_string_value(value);
    return (struct text){start, start + json_string_length(value)};
}

static struct text text_at(const struct function_call *call, size_t i)
{
    return text_of(json_array_get(call->arguments, i));
}

static size_t length_of(struct text text)
{
    return (size_t)(text.end - text.start);
}

/* Where `part` stands first in `text`, or NULL. */
static const char *find_in(struct text text, struct text part)
{
    return memmem(text.start, length_of(text), part.start, length_of(part));
}

/* A list of `texts` strings, and, if `has_number`, one number more, which may be left out. */
static bool check_list(struct evaluation *e, const struct function_call *call, size_t texts,
                       bool has_number, const char *expected)
{
    size_t count = json_array_size(call->arguments);
    bool ok = count == texts || (has_number && count == texts + 1);
    for (size_t i = 0; ok && i < count; i++) {
        const json_t *argument = json_array_get(call->arguments, i);
        ok = function_is_call(argument) ||
             (i < texts ? json_is_string(argument) : is_number(argument));
    }
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                                 "%s needs a list %s", call->function->name, expected);
}

static bool is_known(struct evaluation *e, const struct function_call *call)
{
    return !arguments_have_call(call->arguments) ||
           evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                           "%s has an argument that is known only at runtime",
                           call->function->name);
}

static bool find_check(struct evaluation *e, const struct function_call *call)
{
    return check_list(e, call, 2, false, "[text, part to find]");
}

static size_t character_count(const char *text, const char *end)
{
    size_t count = 0;
    for (; text < end; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static json_t *find_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!is_known(e, call))
        return NULL;
    struct text text = text_at(call, 0);
    const char *found = find_in(text, text_at(call, 1));
    return json_integer(found ? (json_int_t)character_count(text.start, found) : -1);
}

static bool replace_check(struct evaluation *e, const struct function_call *call)
{
    return check_list(e, call, 3, true, "[text, old, new] or [text, old, new, count]");
}

/* There is a NUL behind each text, so the last character ends, too. */
static const char *next_character(const char *text)
{
    do
        text++;
    while ((*text & 0xC0) == 0x80);
    return text;
}

/* A replacement under way. */
struct replacing {
    struct evaluation *e;
    const struct function_call *call;
    struct text new;
    struct strbuf out;
};

static bool add_new(struct replacing *r)
{
    size_t length = length_of(r->new);
    strbuf_add(&r->out, r->new.start, length);
    return evaluation_charge(r->e, r->call->path, text_values(length));
}

/* An empty text to replace stands before every character, and at the end. */
static bool insert_between(struct replacing *r, struct text text, json_int_t count)
{
    for (; text.start < text.end && count != 0; count--) {
        const char *next = next_character(text.start);
        if (!add_new(r))
            return false;
        strbuf_add(&r->out, text.start, (size_t)(next - text.start));
        text.start = next;
    }
    strbuf_add(&r->out, text.start, length_of(text));
    return count == 0 || add_new(r);
}

static bool replace(struct replacing *r, struct text text, struct text old, json_int_t count)
{
    const char *found;
    while (count-- != 0 && (found = find_in(text, old))) {
        strbuf_add(&r->out, text.start, (size_t)(found - text.start));
        if (!add_new(r))
            return false;
        text.start = found + length_of(old);
    }
    strbuf_add(&r->out, text.start, length_of(text));
    return true;
}

static json_t *text_result(struct strbuf *text)
{
    json_t *result = text->failed ? NULL : json_stringn_nocheck(text->text, text->length);
    strbuf_release(text);
    return result;
}

static json_t *replace_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!is_known(e, call))
        return NULL;
    struct replacing r = {e, call, text_at(call, 2), STRBUF_INIT};
    struct text text = text_at(call, 0), old = text_at(call, 1);
    json_int_t count = number_at(call, 3, -1);
    if (length_of(old) ? replace(&r, text, old, count) : insert_between(&r, text, count))
        return text_result(&r.out);
    strbuf_release(&r.out);
    return NULL;
}

static bool split_check(struct evaluation *e, const struct function_call *call)
{
    return check_list(e, call, 2, true, "[text, separator] or [text, separator, index]");
}

static json_t *split(struct evaluation *e, const struct function_call *call)
{
    struct text text = text_at(call, 0), separator = text_at(call, 1);
    json_t *parts = json_array();
    const char *found = text.start;
    bool ok = parts;
    while (ok && found) {
        found = find_in(text, separator);
        const char *end = found ? found : text.end;
        json_t *part = json_stringn_nocheck(text.start, (size_t)(end - text.start));
        ok = !json_array_append_new(parts, part) && evaluation_charge(e, call->path, 1);
        text.start = end + (found ? length_of(separator) : 0);
    }
    if (ok)
        return parts;
    json_decref(parts);
    return NULL;
}

static json_t *split_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!is_known(e, call))
        return NULL;
    if (!length_of(text_at(call, 1))) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "string_split needs a separator that is not empty");
        return NULL;
    }
    json_t *parts = split(e, call);
    if (!parts || json_array_size(call->arguments) != 3)
        return parts;
    return evaluation_item(e, call, parts, number_at(call, 2, 0), "there are", "parts");
}

static bool case_check(struct evaluation *e, const struct function_call *call)
{
    return json_is_string(call->arguments) || function_is_call(call->arguments) ||
           evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                           "%s needs one text, not %s", call->function->name,
                           json_kind(call->arguments));
}

/* The bytes of one character, which JSON texts always have in full, mapped by `map`. */
static void add_mapped(struct strbuf *out, const char *text, size_t length,
                       wint_t (*map)(wint_t, locale_t), locale_t locale)
{
    char bytes[MB_LEN_MAX];
    wchar_t character;
    mbstate_t state = {0}, back = {0};
    size_t size = mbrtowc(&character, text, length, &state) == length
                      ? wcrtomb(bytes, (wchar_t)map((wint_t)character, locale), &back)
                      : (size_t)-1;
    if (size == (size_t)-1)
        strbuf_add(out, text, length);
    else
        strbuf_add(out, bytes, size);
}

/* The program's own locale stays as it is: the C library's conversions follow the thread's. */
static json_t *map_case(struct evaluation *e, const struct function_call *call,
                        wint_t (*map)(wint_t, locale_t))
{
    struct strbuf out = STRBUF_INIT;
    if (!is_known(e, call))
        return NULL;
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!locale) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_UNSUPPORTED, ERROR_UNSUPPORTED,
                        "%s needs the locale C.UTF-8, which this system lacks",
                        call->function->name);
        return NULL;
    }
    locale_t before = uselocale(locale);
    struct text text = text_of(call->arguments);
    for (const char *next; text.start < text.end; text.start = next) {
        next = next_character(text.start);
        add_mapped(&out, text.start, (size_t)(next - text.start), map, locale);
    }
    uselocale(before);
    freelocale(locale);
    return text_result(&out);
}

static json_t *lower_evaluate(struct evaluation *e, const struct function_call *call)
{
    return map_case(e, call, towlower_l);
}

static json_t *upper_evaluate(struct evaluation *e, const struct function_call *call)
{
    return map_case(e, call, towupper_l);
}

const struct function function_string_find = {
    .name = "string_find", .check = find_check, .evaluate = find_evaluate};
const struct function function_string_replace = {
    .name = "string_replace", .check = replace_check, .evaluate = replace_evaluate};
const struct function function_string_split = {
    .name = "string_split", .check = split_check, .evaluate = split_evaluate};
const struct function function_string_lower = {
    .name = "string_lower", .check = case_check, .evaluate = lower_evaluate};
const struct function function_string_upper = {
    .name = "string_upper", .check = case_check, .evaluate = upper_evaluate};
