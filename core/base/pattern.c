/* pattern.c - see pattern.h: a translation into POSIX extended expressions. */
#include "base/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* The C library unrolls counted repetitions: these bounds keep its memory bounded as well. */
enum { LENGTH_LIMIT = 4096, REPETITION_LIMIT = 10000 };

struct translation {
    const char *at;
    struct strbuf out;
    int flags;
    int depth;          /* of groups */
    long repetitions;   /* product of all counts */
    bool can_repeat;    /* something stands before, which a quantifier may follow */
    bool is_quantified; /* and what stands there is a quantifier */
};

static void emit(struct translation *t, const char *text)
{
    strbuf_adds(&t->out, text);
    t->can_repeat = true;
    t->is_quantified = false;
}

static const char *class_items(char letter)
{
    switch (letter) {
    case 'd':
        return "0-9";
    case 'w':
        return "a-zA-Z0-9_";
    case 's':
        return " \t\n\r\f\v";
    case 'n':
        return "\n";
    case 't':
        return "\t";
    case 'r':
        return "\r";
    default:
        return NULL;
    }
}

static bool translate_escape(struct translation *t)
{
    char letter = t->at[1], text[3] = {'\\', letter, 0};
    if (!letter)
        return false;
    t->at += 2;
    if (letter == 'd' || letter == 'D')
        emit(t, letter == 'd' ? "[0-9]" : "[^0-9]");
    else if (letter == 'A' || letter == 'Z')
        emit(t, letter == 'A' ? "^" : "$");
    else if (strchr("ntr", letter))
        emit(t, class_items(letter));
    else if (isalpha((unsigned char)letter) && !strchr("wWsSbB", letter))
        return false;
    else
        emit(t, text);
    return true;
}

/* In brackets a backslash means itself to POSIX, and ']' and '-' need their places. */
static bool translate_brackets(struct translation *t)
{
    struct strbuf items = STRBUF_INIT;
    bool closes = false, hyphen = false, negated = t->at[1] == '^';
    const char *p = t->at + 1 + negated;
    for (bool first = true; *p && (*p != ']' || first); p++, first = false) {
        if (*p == '\\' && p[1]) {
            const char *class = class_items(*++p);
            closes |= *p == ']';
            hyphen |= *p == '-';
            if (class)
                strbuf_adds(&items, class);
            else if (*p != ']' && *p != '-')
                strbuf_addc(&items, *p);
        } else if (*p == ']') {
            closes = true;
        } else {
            strbuf_addc(&items, *p);
        }
    }
    bool ended = *p == ']';
    strbuf_addf(&t->out, "[%s%s%s%s]", negated ? "^" : "", closes ? "]" : "", items.text,
                hyphen ? "-" : "");
    t->can_repeat = true;
    t->is_quantified = false;
    t->at = ended ? p + 1 : p;
    strbuf_release(&items);
    return ended;
}

static bool translate_group(struct translation *t)
{
    t->at++;
    if (!strncmp(t->at, "?i)", 3)) {
        t->flags |= REG_ICASE;
        t->at += 3;
        return true;
    }
    if (!strncmp(t->at, "?:", 2)) {
        t->at += 2;
    } else if (!strncmp(t->at, "?P<", 3)) {
        const char *end = strchr(t->at, '>');
        if (!end)
            return false;
        t->at = end + 1;
    } else if (*t->at == '?') {
        return false;
    }
    t->depth++;
    strbuf_addc(&t->out, '(');
    t->can_repeat = t->is_quantified = false;
    return true;
}

/* The length of "{2}", "{2,}", "{,3}" or "{2,3}" at `text`, its greater number in `*count`; or 0:
 * a brace that means itself. */
static size_t counted(const char *text, long *count)
{
    char *end;
    if (!isdigit((unsigned char)text[1]) && text[1] != ',')
        return 0;
    *count = strtol(text + 1, &end, 10);
    if (*end == ',') {
        long most = strtol(end + 1, &end, 10);
        *count = most > *count ? most : *count;
    }
    return *end == '}' ? (size_t)(end + 1 - text) : 0;
}

static bool translate_quantifier(struct translation *t, size_t length)
{
    if (!t->can_repeat)
        return false;
    if (t->is_quantified) {
        /* A lazy quantifier describes the same texts as a greedy one. */
        t->can_repeat = *t->at != '?' || length != 1;
        t->at++;
        return !t->can_repeat;
    }
    strbuf_add(&t->out, t->at, length);
    t->at += length;
    t->is_quantified = true;
    return true;
}

static bool translate_brace(struct translation *t)
{
    long count = 0;
    size_t length = counted(t->at, &count);
    if (!length) {
        emit(t, "\\{");
        t->at++;
        return true;
    }
    if (count > REPETITION_LIMIT || (t->repetitions *= count > 1 ? count : 1) > REPETITION_LIMIT)
        return false;
    return translate_quantifier(t, length);
}

static bool translate_one(struct translation *t)
{
    char text[2] = {*t->at, 0};
    switch (*t->at) {
    case '\\':
        return translate_escape(t);
    case '[':
        return translate_brackets(t);
    case '(':
        return translate_group(t);
    case '{':
        return translate_brace(t);
    case '*':
    case '+':
    case '?':
        return translate_quantifier(t, 1);
    case ')':
        if (!t->depth--)
            return false;
        break;
    default:
        break;
    }
    emit(t, text);
    t->can_repeat = *t->at++ != '|';
    return true;
}

static bool compile(const char *pattern, regex_t *compiled)
{
    struct translation t = {.at = pattern, .out = STRBUF_INIT, .repetitions = 1};
    bool ok = strlen(pattern) <= LENGTH_LIMIT;
    strbuf_adds(&t.out, "^(");
    while (ok && *t.at)
        ok = translate_one(&t);
    strbuf_adds(&t.out, ")");
    ok = ok && !t.depth && !t.out.failed &&
         !regcomp(compiled, t.out.text, REG_EXTENDED | REG_NOSUB | t.flags);
    strbuf_release(&t.out);
    return ok;
}

bool pattern_is_valid(const char *pattern)
{
    regex_t compiled;
    if (!compile(pattern, &compiled))
        return false;
    regfree(&compiled);
    return true;
}

enum pattern_result pattern_match_start(const char *pattern, const char *text)
{
    regex_t compiled;
    if (!compile(pattern, &compiled))
        return PATTERN_INVALID;
    int result = regexec(&compiled, text, 0, NULL, 0);
    regfree(&compiled);
    return result ? PATTERN_DIFFERS : PATTERN_MATCHES;
}
