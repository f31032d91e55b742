/* json_test.c - values keep their exact value through text. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json_strings.h"

static void test_round_trip(const char *source)
{
    struct error err = {0};
    json_t *value = json_parse(source, strlen(source), "test", &err);
    char *text = json_text(value);
    CHECK(text && !strcmp(text, source), "'%s' survives parsing and writing", source);
    free(text);
    json_decref(value);
}

static void test_error(const char *source, const char *expected)
{
    struct error err = {0};
    json_t *value = json_parse(source, strlen(source), "inputs", &err);
    CHECK(!value && strstr(err.text, expected), "'%s' says %s (%s)", source, expected, err.text);
    json_decref(value);
}

/* Whatever character stands wherever, a string is written so that it is read as it was. */
static void test_strings(void)
{
    enum { LONGEST = 20 };
    static const char *const characters[] = {"\x01", "\x1f", " ",    "!",       "\"",
                                             "\\",   "]",    "\x7f", "\xc3\xbf"};
    bool ok = true;
    for (size_t c = 0; c < sizeof characters / sizeof *characters; c++) {
        for (size_t before = 0; before <= LONGEST; before++) {
            char text[2 * LONGEST + 3] = "";
            memset(text, 'x', before);
            strcat(text, characters[c]);
            memset(text + strlen(text), 'y', LONGEST - before);
            json_t *value = json_string(text);
            char *json = json_text(value);
            struct error err = {0};
            json_t *again = json ? json_parse(json, strlen(json), "test", &err) : NULL;
            ok = ok && json_equal(value, again);
            free(json);
            json_decref(value);
            json_decref(again);
        }
    }
    CHECK(ok, "characters that need an escape get it, at each place of a string");
}

static void test_list(const char *const *texts, const char *expected)
{
    json_t *list = json_strings(texts);
    char *text = json_text(list);
    CHECK(text && !strcmp(text, expected), "a list of texts is %s: %s", expected, text);
    free(text);
    json_decref(list);
}

/* The allocation that fails; 0: none. */
static int fails_at;

static void *allocate(size_t size)
{
    return fails_at && --fails_at == 0 ? NULL : malloc(size);
}

static void test_copy(const char *name, json_t *(*copy)(const json_t *value))
{
    static const char text[] = "{\"a\":[1,{\"b\":\"x\",\"c\":[]}],\"d\":{\"e\":null,\"f\":2.5}}";
    enum { ENOUGH = 100 };
    struct error err = {0};
    json_t *value = json_parse(text, strlen(text), "test", &err);
    int whole = 0, none = 0;
    json_set_alloc_funcs(allocate, free);
    for (int n = 1; n <= ENOUGH; n++) {
        fails_at = n;
        json_t *copied = copy(value);
        fails_at = 0;
        whole += json_equal(copied, value);
        none += !copied;
        json_decref(copied);
    }
    json_set_alloc_funcs(malloc, free);
    CHECK(whole && none && whole + none == ENOUGH, "%s is whole or none: %d and %d of %d", name,
          whole, none, ENOUGH);
    json_decref(value);
}

int main(void)
{
    test_copy("a copy", json_copy_whole);
    test_copy("a deep copy", json_deep_copy_whole);
    test_strings();
    test_list((const char *const[]){"a", "not UTF-8: \xff", "b", NULL}, "[\"a\",\"b\"]");
    test_list((const char *const[]){NULL}, "[]");
    test_list(NULL, "[]");
    test_round_trip("{\"a\":[1,2.5,true,null,\"x\\n\\u0001\\\"\"],\"b\":{}}");
    test_round_trip("9223372036854775807");
    test_round_trip("[-9223372036854775808,-1,0,10]");
    test_round_trip("[\"12345678\",\"1234567\\n\",\"12345678\\\\\",\"\"]");
    test_error("9223372036854775808", "inputs:1:19: too big integer");
    test_error("{\"a\": }", "inputs:1:7");
    return checks_done();
}
