/* arguments_test.c - the command line of ctx (runtime.md 10.4). */
#include "ctx/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"

enum { MAX_WORDS = 8 };

/* `list` is what the arguments are as JSON; NULL: `error` is the reason. */
static const struct {
    const char *words[MAX_WORDS];
    const char *list;
    double timeout;
    bool json_output;
    const char *url, *error;
} cases[] = {
    {{"node", "id"}, "[\"node\",\"id\"]", 30, false, NULL, NULL},
    {{"-j", "node"}, "[\"node\"]", 30, true, NULL, NULL},
    {{"node", "--json-output", "id"}, "[\"node\",\"id\"]", 30, true, NULL, NULL},
    {{"-t", "5", "node"}, "[\"node\"]", 5, false, NULL, NULL},
    {{"-t0.5", "node"}, "[\"node\"]", 0.5, false, NULL, NULL},
    {{"node", "--timeout=7"}, "[\"node\"]", 7, false, NULL, NULL},
    {{"--socket-url", "http://x:1/t", "node"}, "[\"node\"]", 30, false, "http://x:1/t", NULL},
    {{"@14", "@{\"a\":null}", "@\"\""}, "[14,{\"a\":null},\"\"]", 30, false, NULL, NULL},
    {{"--json-arg-prefix", "::", "::1", "@1"}, "[1,\"@1\"]", 30, false, NULL, NULL},
    {{"%1", "--json-arg-prefix=%"}, "[1]", 30, false, NULL, NULL},
    {{"x", "-5", "-x", "--other"}, "[\"x\",\"-5\",\"-x\",\"--other\"]", 30, false, NULL, NULL},
    {{"x", "--", "-j", "--", "-t"}, "[\"x\",\"-j\",\"--\",\"-t\"]", 30, false, NULL, NULL},
    {{"x", ""}, "[\"x\",\"\"]", 30, false, NULL, NULL},
    {{NULL}, NULL, 0, false, NULL, "say what to ask for: ctx node properties"},
    {{"-j"}, NULL, 0, false, NULL, "say what to ask for: ctx node properties"},
    {{"x", "-t"}, NULL, 0, false, NULL, "option '--timeout' needs a value"},
    {{"-t", "0", "x"}, NULL, 0, false, NULL, "option '--timeout': '0' is not a value for it"},
    {{"-t", "1s", "x"}, NULL, 0, false, NULL, "option '--timeout': '1s' is not a value for it"},
    {{"--json-arg-prefix", "", "x"},
     NULL,
     0,
     false,
     NULL,
     "option '--json-arg-prefix': '' is not a value for it"},
    {{"\xff"}, NULL, 0, false, NULL, "an argument is not UTF-8"},
};

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static void test_case(size_t number)
{
    int count = 0;
    while (count < MAX_WORDS && cases[number].words[count])
        count++;
    struct arguments arguments;
    struct error err = {0};
    bool ok = arguments_parse(&arguments, count, (char *const *)cases[number].words, &err);
    CHECK(ok == !!cases[number].list && is_same(ok ? NULL : err.text, cases[number].error),
          "case %zu: '%s'", number, err.text);
    if (ok) {
        char *list = json_text(arguments.list);
        CHECK(is_same(list, cases[number].list), "case %zu: the arguments are %s", number, list);
        CHECK(arguments.timeout == cases[number].timeout &&
                  arguments.json_output == cases[number].json_output &&
                  is_same(arguments.url, cases[number].url),
              "case %zu: the options are read", number);
        free(list);
    }
    arguments_release(&arguments);
}

static void test_bad_json(void)
{
    char word[] = "@{";
    char *const words[] = {word, NULL};
    struct arguments arguments;
    struct error err = {0};
    CHECK(!arguments_parse(&arguments, 1, words, &err) && strstr(err.text, "'{' is not JSON") &&
              strstr(err.text, "--json-arg-prefix"),
          "bad JSON: '%s'", err.text);
    arguments_release(&arguments);
}

static void test_help(void)
{
    char word[] = "-h";
    char *const words[] = {word, NULL};
    struct arguments arguments;
    struct error err = {0};
    CHECK(arguments_parse(&arguments, 1, words, &err) && arguments.help, "help needs nothing else");
    arguments_release(&arguments);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(i);
    test_bad_json();
    test_help();
    return checks_done();
}
