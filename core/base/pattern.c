/* pattern.c - see pattern.h. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/pattern.h"

#include <ctype.h>
#include <pcre2.h>
#include <stddef.h>
#include <string.h>

enum {
    LENGTH_LIMIT = 65536,
    MATCH_LIMIT = 1000000, /* steps of a match: some tens of milliseconds */
    HEAP_LIMIT = 16384,    /* KiB */
};

/* from Python's notation to that of PCRE2 */

struct translation {
    const char *start, *at;
    struct strbuf out;
    uint32_t options; /* for pcre2_compile() */
    bool in_class;    /* between [ and ] */
    const char *problem;
};

static bool refuse(struct translation *t, const char *problem)
{
    t->problem = problem;
    return false;
}

static bool copy(struct translation *t, size_t length)
{
    strbuf_add(&t->out, t->at, length);
    t->at += length;
    return true;
}

static bool replace(struct translation *t, size_t length, const char *by)
{
    strbuf_adds(&t->out, by);
    t->at += length;
    return true;
}

static size_t count_hex(const char *text, size_t most)
{
    size_t count = 0;
    while (count < most && isxdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* \xHH, \uHHHH, \UHHHHHHHH */
static bool translate_code_point(struct translation *t, size_t digits)
{
    if (count_hex(t->at + 2, digits) < digits)
        return refuse(t, "an escape lacks hexadecimal digits");
    strbuf_adds(&t->out, "\\x{");
    strbuf_add(&t->out, t->at + 2, digits);
    strbuf_adds(&t->out, "}");
    t->at += 2 + digits;
    return true;
}

static bool translate_escape(struct translation *t)
{
    char letter = t->at[1];
    switch (letter) {
    case 0:
        return refuse(t, "a backslash ends it");
    case 'x':
        return translate_code_point(t, 2);
    case 'u':
        return translate_code_point(t, 4);
    case 'U':
        return translate_code_point(t, 8);
    case 'v': /* a class of PCRE2 */
        return replace(t, 2, "\\x0b");
    case 'Z':
        return t->in_class ? refuse(t, "\\Z stands in a class") : replace(t, 2, "\\z");
    default:
        if (isalpha((unsigned char)letter) && !strchr("dDsSwWbafnrt", letter) &&
            (t->in_class || !strchr("AB", letter)))
            return refuse(t, "there is no such escape");
        return copy(t, 2);
    }
}

static bool translate_class_start(struct translation *t)
{
    t->in_class = true;
    copy(t, t->at[1] == '^' ? 2 : 1);
    return *t->at == ']' ? replace(t, 1, "\\]") : true;
}

static bool translate_in_class(struct translation *t)
{
    if (*t->at == '[') /* else [:alpha:] would be more than its letters */
        return replace(t, 1, "\\[");
    t->in_class = *t->at != ']';
    return copy(t, 1);
}

static bool skip_comment(struct translation *t, const char *end, size_t end_length)
{
    t->at += strcspn(t->at, end);
    if (!*t->at && end_length)
        return refuse(t, "a comment has no end");
    t->at += *t->at ? 1 : 0;
    return true;
}

/* (?flags) for all, only at the start, or (?flags:...) */
static bool translate_flags(struct translation *t)
{
    size_t length = strspn(t->at + 2, "aiLmsux-");
    const char *flags = t->at + 2;
    bool for_all = flags[length] == ')';
    if (!length || (!for_all && flags[length] != ':'))
        return refuse(t, "there is no such group");
    if (memchr(flags, 'L', length) || (memchr(flags, 'a', length) && !for_all))
        return refuse(t, "the flag is not supported");
    if (for_all && t->at != t->start)
        return refuse(t, "flags for all must stand at the start");
    if (for_all && memchr(flags, '-', length))
        return refuse(t, "a flag for all cannot be removed");
    if (for_all && memchr(flags, 'a', length))
        t->options &= ~(uint32_t)PCRE2_UCP;
    if (for_all && memchr(flags, 'x', length))
        t->options |= PCRE2_EXTENDED;
    strbuf_adds(&t->out, "(?");
    for (size_t i = 0; i < length; i++) {
        if (!strchr("au", flags[i]))
            strbuf_add(&t->out, flags + i, 1);
    }
    t->at = flags + length;
    return copy(t, 1);
}

static bool translate_group(struct translation *t)
{
    const char *kind = t->at + 2;
    if (t->at[1] == '*')
        return refuse(t, "there is nothing to repeat");
    if (t->at[1] != '?')
        return copy(t, 1);
    if (*kind == '#')
        return skip_comment(t, ")", 1);
    if (*kind && strchr(":=!>(", *kind))
        return copy(t, *kind == '(' ? 3 : 2);
    if (*kind == '<')
        return kind[1] == '=' || kind[1] == '!' ? copy(t, 3)
                                                : refuse(t, "a group is named by (?P<name>...)");
    if (*kind == 'P')
        return kind[1] == '<' || kind[1] == '=' ? copy(t, 3) : refuse(t, "there is no such group");
    return translate_flags(t);
}

/* {,n} and {,}: PCRE2 takes them literally. */
static bool translate_count(struct translation *t)
{
    size_t digits = t->at[1] == ',' ? strspn(t->at + 2, "0123456789") : 0;
    if (t->at[1] != ',' || t->at[2 + digits] != '}')
        return copy(t, 1);
    replace(t, 1, "{0");
    return copy(t, digits + 2);
}

static bool translate_next(struct translation *t)
{
    if (*t->at == '\\')
        return translate_escape(t);
    if (t->in_class)
        return translate_in_class(t);
    if (*t->at == '[')
        return translate_class_start(t);
    if (*t->at == '(')
        return translate_group(t);
    if (*t->at == '{')
        return translate_count(t);
    if (*t->at == '#' && t->options & PCRE2_EXTENDED)
        return skip_comment(t, "\n", 0);
    return copy(t, 1);
}

static bool translate(struct translation *t)
{
    if (strlen(t->start) > LENGTH_LIMIT)
        return refuse(t, "it is too long");
    while (*t->at) {
        if (!translate_next(t))
            return false;
    }
    return !t->out.failed || refuse(t, "out of memory");
}

/* with PCRE2 */

static void explain(int code, struct strbuf *why)
{
    char text[128];
    pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
    if (why)
        strbuf_adds(why, text);
}

static pcre2_code *compile(const char *pattern, struct strbuf *why)
{
    struct translation t = {.start = pattern,
                            .at = pattern,
                            .out = STRBUF_INIT,
                            .options = PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED};
    int code = 0;
    size_t offset;
    pcre2_code *compiled = NULL;
    if (translate(&t))
        compiled =
            pcre2_compile((PCRE2_SPTR)t.out.text, t.out.length, t.options, &code, &offset, NULL);
    if (!compiled && t.problem && why)
        strbuf_adds(why, t.problem);
    else if (!compiled)
        explain(code, why);
    strbuf_release(&t.out);
    return compiled;
}

bool pattern_is_valid(const char *pattern, struct strbuf *why)
{
    pcre2_code *compiled = compile(pattern, why);
    pcre2_code_free(compiled);
    return compiled;
}

static enum pattern_result result_of(int code)
{
    switch (code) {
    case PCRE2_ERROR_NOMATCH:
        return PATTERN_DIFFERS;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
        return PATTERN_TOO_COSTLY;
    default:
        return code < 0 ? PATTERN_INVALID : PATTERN_MATCHES;
    }
}

enum pattern_result pattern_match_start(const char *pattern, const char *text)
{
    enum pattern_result result = PATTERN_INVALID;
    pcre2_code *compiled = compile(pattern, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *match = compiled ? pcre2_match_data_create(1, NULL) : NULL;
    if (limits && match) {
        pcre2_set_match_limit(limits, MATCH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT);
        result =
            result_of(pcre2_match(compiled, (PCRE2_SPTR)text, strlen(text), 0, 0, match, limits));
    }
    pcre2_match_data_free(match);
    pcre2_match_context_free(limits);
    pcre2_code_free(compiled);
    return result;
}
