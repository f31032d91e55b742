/* arguments.c - see arguments.h. */
#include "ctx/arguments.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct option {
    const char *name, *letter; /* "--timeout", and "-t" or NULL */
    bool (*set)(struct arguments *arguments, const char *value);
    bool takes_value;
};

static bool set_timeout(struct arguments *arguments, const char *value)
{
    char *end;
    errno = 0;
    arguments->timeout = strtod(value, &end);
    return end != value && !*end && !errno && isfinite(arguments->timeout) &&
           arguments->timeout > 0;
}

static bool set_json_output(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->json_output = true;
}

static bool set_help(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->help = true;
}

static bool set_prefix(struct arguments *arguments, const char *value)
{
    arguments->prefix = value;
    return *value;
}

static bool set_url(struct arguments *arguments, const char *value)
{
    arguments->url = value;
    return *value;
}

static const struct option options[] = {{"--timeout", "-t", set_timeout, true},
                                        {"--json-output", "-j", set_json_output, false},
                                        {"--json-arg-prefix", NULL, set_prefix, true},
                                        {"--socket-url", NULL, set_url, true},
                                        {"--help", "-h", set_help, false}};
enum { OPTION_COUNT = sizeof options / sizeof *options };

/* The option that `word` is, and the value joined to it ("--timeout=5", "-t5"), or NULL. */
static const struct option *find_option(const char *word, const char **value)
{
    *value = NULL;
    for (const struct option *option = options; option < options + OPTION_COUNT; option++) {
        size_t length = strlen(option->name);
        if (!strcmp(word, option->name) || (option->letter && !strcmp(word, option->letter)))
            return option;
        if (!option->takes_value)
            continue;
        if (!strncmp(word, option->name, length) && word[length] == '=') {
            *value = word + length + 1;
            return option;
        }
        if (option->letter && !strncmp(word, option->letter, 2)) {
            *value = word + 2;
            return option;
        }
    }
    return NULL;
}

static bool set_option(struct arguments *arguments, const struct option *option, const char *value,
                       struct error *err)
{
    if (option->takes_value && !value)
        return error_set(err, ERROR_INVALID, "option '%s' needs a value", option->name);
    return option->set(arguments, value) ||
           error_set(err, ERROR_INVALID, "option '%s': '%s' is not a value for it", option->name,
                     value);
}

static json_t *parse_value(const char *text, struct error *err)
{
    json_t *value = json_parse(text, strlen(text), "argument", err);
    if (value)
        return value;
    if (err->code == ERROR_INVALID) {
        struct error why = *err;
        error_clear(err);
        error_set(err, ERROR_INVALID,
                  "'%.80s' is not JSON (%s); for an argument that is text, choose another prefix "
                  "with --json-arg-prefix",
                  text, why.text);
    }
    return NULL;
}

static bool add(struct arguments *arguments, const char *word, struct error *err)
{
    size_t length = strlen(arguments->prefix);
    json_t *value;
    if (!strncmp(word, arguments->prefix, length)) {
        value = parse_value(word + length, err);
        if (!value)
            return false;
    } else {
        value = json_string(word);
        if (!value)
            return error_set(err, ERROR_INVALID, "an argument is not UTF-8");
    }
    return !json_array_append_new(arguments->list, value) || error_nomem(err);
}

/* Options count wherever they stand, the prefix too: so they are read before the arguments.
 * `is_argument` is set for the words that are no option. */
static bool read_options(struct arguments *arguments, int count, char *const *words,
                         bool *is_argument, struct error *err)
{
    for (int i = 0; i < count; i++) {
        const char *value;
        const struct option *option = find_option(words[i], &value);
        if (!strcmp(words[i], "--")) {
            while (++i < count)
                is_argument[i] = true;
        } else if (!option) {
            is_argument[i] = true;
        } else {
            if (option->takes_value && !value && i + 1 < count)
                value = words[++i];
            if (!set_option(arguments, option, value, err))
                return false;
        }
    }
    return true;
}

bool arguments_parse(struct arguments *arguments, int count, char *const *words, struct error *err)
{
    *arguments = (struct arguments){.timeout = 30, .prefix = "@", .list = json_array()};
    bool *is_argument = calloc((size_t)count + 1, sizeof *is_argument);
    bool ok = (arguments->list && is_argument) || error_nomem(err);
    ok = ok && read_options(arguments, count, words, is_argument, err);
    for (int i = 0; ok && !arguments->help && i < count; i++)
        ok = !is_argument[i] || add(arguments, words[i], err);
    free(is_argument);
    if (ok && !arguments->help && !json_array_size(arguments->list))
        return error_set(err, ERROR_INVALID, "say what to ask for: ctx node properties");
    return ok;
}

void arguments_release(struct arguments *arguments)
{
    json_decref(arguments->list);
    arguments->list = NULL;
}
