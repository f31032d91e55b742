/* json_read_test.c - json_read() gives what json_parse() gives, whatever it is given. */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"

static const char document[] = "{\"version\":1,\"type\":\"operation_result\",\"ok\":true,\"list\":["
                               "1,-2,[],{},null,false,\"\"],"
                               "\"text\":\"tab\\tquote\\\" \\u00e9\xc3\xa9 and "
                               "more\",\"number\":-12.5e3,\"\":{\"a\":{\"b\":[[0]]}},"
                               "\"last\":9223372036854775807}";

/* Both give the same value, or the same error. */
static bool agree(const char *text, size_t length)
{
    struct error expected_err = {0}, err = {0};
    json_t *expected = json_parse(text, length, "test", &expected_err);
    json_t *value = json_read(text, length, "test", &err);
    bool same = expected ? json_equal(expected, value) : !value;
    same = same && !strcmp(expected_err.text, err.text);
    if (!same)
        printf("# %.*s\n", (int)length, text);
    json_decref(expected);
    json_decref(value);
    return same;
}

static void test_each(void)
{
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "\"alone\"",
                                        "12",
                                        "",
                                        " [1]",
                                        "[1] ",
                                        "[1, 2]",
                                        "[1 2]",
                                        "[1,,2]",
                                        "[,1]",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{1:2}",
                                        "{\"a\":1 }",
                                        "[\"a\":1]",
                                        "[01]",
                                        "[-]",
                                        "[-01]",
                                        "[1.]",
                                        "[1e5]",
                                        "[nul]",
                                        "[tru,e]",
                                        "[True]",
                                        "[1]]",
                                        "[[1]",
                                        "{\"a\":[1}]",
                                        "[\"\\x\"]",
                                        "[\"\\u12\"]",
                                        "[\"\\ud83d\\ude00\"]",
                                        "[\"\\/\"]",
                                        "[\"a\nb\"]",
                                        "[\"\xff\"]",
                                        "{\"\xff\":1}",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"\\n\":1}",
                                        "[\"\\u0000\"]",
                                        "[123456789012345678901]",
                                        "[-9223372036854775808]",
                                        "[999999999999999999]",
                                        "[0,-0,-1]"};
    bool ok = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ok = agree(texts[i], strlen(texts[i])) && ok;
    CHECK(ok, "each short text is taken or refused as by jansson");
}

/* Each text is in a block of its own length, so that reading beyond its end is found out. */
static bool agree_exactly(const char *text, size_t length)
{
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    bool same = agree(copy, length);
    free(copy);
    return same;
}

static const char changes[] = "\"\\{}[]:, 0-ne.\x01\xff";

static void test_damage(void)
{
    const size_t length = sizeof document - 1;
    char changed[sizeof document];
    bool ok = true;
    for (size_t i = 0; i <= length; i++)
        ok = agree_exactly(document, i) && ok;
    CHECK(ok, "a document that is cut off anywhere is refused as by jansson");
    ok = true;
    for (size_t i = 0; i < length; i++) {
        for (size_t c = 0; c < sizeof changes; c++) {
            memcpy(changed, document, length);
            changed[i] = changes[c];
            ok = agree_exactly(changed, length) && ok;
        }
    }
    CHECK(ok, "one that is damaged anywhere is taken or refused as by jansson");
}

static void test_more_damage(void)
{
    enum { TIMES = 30000, PLACES = 4 };
    const size_t length = sizeof document - 1;
    char changed[sizeof document];
    bool ok = true;
    for (int i = 0; i < TIMES; i++) {
        memcpy(changed, document, length);
        for (int place = 0; place < PLACES; place++)
            changed[(size_t)rand() % length] = changes[(size_t)rand() % sizeof changes];
        ok = agree_exactly(changed, length) && ok;
    }
    CHECK(ok, "and so is one that is damaged in several places");
}

static void test_depth(void)
{
    enum { DEEP = 3000 };
    static char deep[2 * DEEP];
    bool ok = true;
    for (size_t levels = 90; levels <= DEEP; levels += 970) {
        memset(deep, '[', levels);
        memset(deep + levels, ']', levels);
        ok = agree(deep, 2 * levels) && ok;
    }
    CHECK(ok, "deep nesting is taken or refused as by jansson");
}

int main(void)
{
    test_each();
    test_damage();
    test_more_damage();
    test_depth();
    return checks_done();
}
