/* package_version.c - see package_version.h. */
#include "dsl/package_version.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PARTS = 16, TEXT = 256 };

/* What a phase that is not given counts as, among numbers that are all 0 or more. */
enum { NOT_GIVEN = -1 };

struct package_version {
    long epoch;
    long release[PARTS];
    int release_count;
    int phase; /* of a pre-release: 1 alpha, 2 beta, 3 candidate; 0: none */
    long phase_number;
    long post, dev;   /* or NOT_GIVEN */
    char local[TEXT]; /* after '+', "" if there is none */
};

static bool read_number(const char **at, long *number)
{
    char *end;
    if (!isdigit((unsigned char)**at))
        return false;
    *number = strtol(*at, &end, 10);
    *at = end;
    return *number < LONG_MAX;
}

static void skip_separator(const char **at)
{
    if (**at && strchr(".-_", **at))
        ++*at;
}

/* One of `words` at `*at`, after an optional separator, with an optional number behind. */
static bool read_phase(const char **at, const char *const *words, int *which, long *number)
{
    const char *word = *at;
    skip_separator(&word);
    for (int i = 0; words[i]; i++) {
        size_t length = strlen(words[i]);
        if (strncasecmp(word, words[i], length) != 0)
            continue;
        word += length;
        const char *digits = word;
        skip_separator(&digits);
        *number = 0;
        *at = read_number(&digits, number) ? digits : word;
        *which = i;
        return true;
    }
    return false;
}

static void read_pre(const char **at, struct package_version *v)
{
    static const char *const words[] = {"alpha", "a", "beta", "b", "preview",
                                        "pre",   "c", "rc",   NULL};
    static const int phases[] = {1, 1, 2, 2, 3, 3, 3, 3};
    int which;
    if (read_phase(at, words, &which, &v->phase_number))
        v->phase = phases[which];
}

static void read_post(const char **at, struct package_version *v)
{
    static const char *const words[] = {"post", "rev", "r", NULL};
    int which;
    if ((*at)[0] == '-' && isdigit((unsigned char)(*at)[1])) {
        ++*at;
        read_number(at, &v->post);
    } else {
        read_phase(at, words, &which, &v->post);
    }
}

static void read_dev(const char **at, struct package_version *v)
{
    static const char *const words[] = {"dev", NULL};
    int which;
    read_phase(at, words, &which, &v->dev);
}

static bool read_local(const char **at, struct package_version *v)
{
    size_t length = 0;
    if (**at != '+')
        return true;
    for (++*at; isalnum((unsigned char)**at) || (**at && strchr(".-_", **at)); ++*at) {
        if (length + 1 >= sizeof v->local)
            return false;
        v->local[length++] = strchr("-_", **at) ? '.' : (char)tolower((unsigned char)**at);
    }
    return length;
}

static bool read_release(const char **at, struct package_version *v)
{
    if (!read_number(at, &v->release[0]))
        return false;
    if (**at == '!') {
        v->epoch = v->release[0];
        ++*at;
        if (!read_number(at, &v->release[0]))
            return false;
    }
    v->release_count = 1;
    while (**at == '.' && isdigit((unsigned char)(*at)[1])) {
        ++*at;
        if (v->release_count == PARTS || !read_number(at, &v->release[v->release_count++]))
            return false;
    }
    return true;
}

static bool version_read(const char *text, struct package_version *v)
{
    *v = (struct package_version){.post = NOT_GIVEN, .dev = NOT_GIVEN};
    while (isspace((unsigned char)*text))
        text++;
    if (*text == 'v' || *text == 'V')
        text++;
    if (!read_release(&text, v))
        return false;
    read_pre(&text, v);
    read_post(&text, v);
    read_dev(&text, v);
    if (!read_local(&text, v))
        return false;
    while (isspace((unsigned char)*text))
        text++;
    return !*text;
}

static int compare_numbers(long a, long b)
{
    return (a > b) - (a < b);
}

static int compare_release(const struct package_version *a, const struct package_version *b)
{
    int result = 0;
    for (int i = 0; !result && i < PARTS; i++)
        result = compare_numbers(a->release[i], b->release[i]);
    return result;
}

/* A development release comes before its pre-releases, these before the release itself. */
static long phase_rank(const struct package_version *v)
{
    if (v->phase)
        return v->phase;
    return v->dev != NOT_GIVEN && v->post == NOT_GIVEN ? 0 : 4;
}

static long dev_rank(const struct package_version *v)
{
    return v->dev == NOT_GIVEN ? LONG_MAX : v->dev;
}

/* A number in a local version counts as newer than a word. */
static int compare_segment(const char *a, size_t a_length, const char *b, size_t b_length)
{
    bool a_digit = isdigit((unsigned char)*a), b_digit = isdigit((unsigned char)*b);
    if (a_digit != b_digit)
        return a_digit ? 1 : -1;
    if (a_digit)
        return compare_numbers(strtol(a, NULL, 10), strtol(b, NULL, 10));
    int result = strncmp(a, b, a_length < b_length ? a_length : b_length);
    return result ? result : compare_numbers((long)a_length, (long)b_length);
}

static int compare_local(const char *a, const char *b)
{
    int result = 0;
    while (!result && *a && *b) {
        size_t a_length = strcspn(a, "."), b_length = strcspn(b, ".");
        result = compare_segment(a, a_length, b, b_length);
        a += a_length + (a[a_length] == '.');
        b += b_length + (b[b_length] == '.');
    }
    return result ? result : compare_numbers(*a != '\0', *b != '\0');
}

static int compare_public(const struct package_version *a, const struct package_version *b)
{
    int result = compare_numbers(a->epoch, b->epoch);
    if (!result)
        result = compare_release(a, b);
    if (!result)
        result = compare_numbers(phase_rank(a), phase_rank(b));
    if (!result)
        result = compare_numbers(a->phase_number, b->phase_number);
    if (!result)
        result = compare_numbers(a->post, b->post);
    return result ? result : compare_numbers(dev_rank(a), dev_rank(b));
}

static int version_compare(const struct package_version *a, const struct package_version *b)
{
    int result = compare_public(a, b);
    return result ? result : compare_local(a->local, b->local);
}

int package_version_compare(const char *a, const char *b)
{
    struct package_version first, second;
    bool first_is = version_read(a, &first), second_is = version_read(b, &second);
    if (first_is && second_is)
        return version_compare(&first, &second);
    return first_is != second_is ? (first_is ? 1 : -1) : strcmp(a, b);
}

bool package_version_check(const char *text)
{
    struct package_version version;
    return version_read(text, &version);
}

/* ---- specifiers ---- */

enum operator{
    SAME_TEXT,
    COMPATIBLE,
    EQUAL,
    NOT_EQUAL,
    AT_MOST,
    AT_LEAST,
    LESS,
    GREATER,
};

struct specifier {
    enum operator operator;
    char text[TEXT]; /* of the version, without ".*" */
    bool is_prefix;  /* "1.2.*" */
    struct package_version version;
};

static enum operator read_operator(const char **at)
{
    static const struct {
        const char *text;
        enum operator operator;
    } operators[] = {{"===", SAME_TEXT}, {"~=", COMPATIBLE}, {"==", EQUAL}, {"!=", NOT_EQUAL},
                     {"<=", AT_MOST},    {">=", AT_LEAST},   {"<", LESS},   {">", GREATER}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (!strncmp(*at, operators[i].text, length)) {
            *at += length;
            return operators[i].operator;
        }
    }
    return SAME_TEXT;
}

static void skip_spaces(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

static bool specifier_is_valid(struct specifier *s)
{
    if (s->operator== SAME_TEXT)
        return !s->is_prefix;
    if (s->is_prefix && s->operator!= EQUAL && s->operator!= NOT_EQUAL)
        return false;
    return version_read(s->text, &s->version) &&
           (s->operator!= COMPATIBLE || s->version.release_count> 1);
}

/* The specifier at `*at`; goes behind the comma that ends it. */
static bool read_specifier(const char **at, struct specifier *s)
{
    *s = (struct specifier){0};
    skip_spaces(at);
    s->operator= read_operator(at);
    skip_spaces(at);
    size_t length = strcspn(*at, ",");
    const char *text = *at;
    *at += length + (text[length] == ',');
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (!length || length >= sizeof s->text)
        return false;
    memcpy(s->text, text, length);
    if (length > 2 && !strcmp(s->text + length - 2, ".*")) {
        s->is_prefix = true;
        s->text[length - 2] = '\0';
    }
    return specifier_is_valid(s);
}

bool package_specifiers_check(const char *specifiers)
{
    struct specifier s;
    const char *at = specifiers;
    do {
        if (!read_specifier(&at, &s))
            return false;
    } while (*at);
    return !*specifiers || specifiers[strlen(specifiers) - 1] != ',';
}

static bool has_prefix(const struct package_version *v, const struct package_version *prefix,
                       int count)
{
    for (int i = 0; i < count; i++) {
        if (v->release[i] != prefix->release[i])
            return false;
    }
    return v->epoch == prefix->epoch;
}

static bool is_equal(const struct specifier *s, const struct package_version *v)
{
    if (s->is_prefix)
        return has_prefix(v, &s->version, s->version.release_count);
    return *s->version.local ? !version_compare(v, &s->version) : !compare_public(v, &s->version);
}

/* "<1.2" takes no pre-release of 1.2, ">1.2" no post-release, unless they are named. */
static bool is_less(const struct specifier *s, const struct package_version *v)
{
    bool is_pre = v->phase || v->dev != NOT_GIVEN;
    bool names_pre = s->version.phase || s->version.dev != NOT_GIVEN;
    return compare_public(v, &s->version) < 0 &&
           (!is_pre || names_pre || compare_release(v, &s->version));
}

static bool is_greater(const struct specifier *s, const struct package_version *v)
{
    bool names_post = s->version.post != NOT_GIVEN;
    return compare_public(v, &s->version) > 0 &&
           (v->post == NOT_GIVEN || names_post || compare_release(v, &s->version));
}

static bool allows(const struct specifier *s, const char *text)
{
    struct package_version v;
    if (s->operator== SAME_TEXT)
        return !strcasecmp(s->text, text);
    if (!version_read(text, &v))
        return false;
    switch (s->operator) {
    case COMPATIBLE:
        return compare_public(&v, &s->version) >= 0 &&
               has_prefix(&v, &s->version, s->version.release_count - 1);
    case EQUAL:
        return is_equal(s, &v);
    case NOT_EQUAL:
        return !is_equal(s, &v);
    case AT_MOST:
        return compare_public(&v, &s->version) <= 0;
    case AT_LEAST:
        return compare_public(&v, &s->version) >= 0;
    case LESS:
        return is_less(s, &v);
    case GREATER:
        return is_greater(s, &v);
    case SAME_TEXT:
        break;
    }
    return false;
}

bool package_specifiers_allow(const char *specifiers, const char *version)
{
    struct specifier s;
    while (*specifiers) {
        if (!read_specifier(&specifiers, &s) || !allows(&s, version))
            return false;
    }
    return true;
}
