/* mask_test.c - what is hidden is found in whatever form and place. */
#include "base/cut_text.h"
#include "base/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"

#include "../check.h"

/* A mask that hides the values of a NULL-terminated list. */
static struct mask *mask_of(const char *const *values)
{
    struct mask *mask = mask_new();
    for (; *values; values++)
        CHECK(mask_add_value(mask, *values, strlen(*values)), "a value is hidden");
    return mask;
}

static const struct {
    const char *values[4], *text, *masked;
} texts[] = {
    {{0}, "nothing to hide", "nothing to hide"},
    {{"secret"}, "a secret, the secret", "a ********, the ********"},
    {{"secret"}, "secre", "secre"},
    {{"secret"}, "secresecret", "secre********"},
    {{"secret"}, "secretsecret", "********"},
    {{"abc"}, "abc: three bytes are not hidden", "abc: three bytes are not hidden"},
    {{"abcd"}, "abcd", "********"},
    {{"aaaab"}, "aaaaaaab", "aaa********"},
    {{"abcde", "cdefg"}, "xabcdefgx", "x********x"},
    {{"abcdefgh", "cdef"}, "abcdefgx", "ab********gx"},
    {{"abcdefgh", "cdef"}, "abcdefgh", "********"},
    {{"bcde", "abcdef"}, "abcdef", "********"},
    {{"line one\nline two"}, "one: line one\ntwo: line two", "one: ********\ntwo: ********"},
    {{"  blanks around \t\n"}, "x blanks around y", "x ******** y"},
    {{"say \"it\""}, "{\"a\":\"say \\\"it\\\"\"}", "{\"a\":\"********\"}"},
    {{"a\\b\nc\x1b"}, "\"a\\\\b\\nc\\u001b\"", "\"********\""},
    {{"a\\b\nc\x1b"}, "\"a\\\\b\\nc\\u001B\"", "\"********\""},
    {{"a\\u00e4b"}, "a\\\\u00e4b", "********"},
    {{"gr\xc3\xbc\xc3\x9f"},
     "gr\\u00fc\\u00df gr\\u00FC\\u00DF gr\xc3\xbc\xc3\x9f",
     "******** ******** ********"},
    {{"key\xf0\x9f\x94\x91"}, "key\\ud83d\\udd11", "********"},
    {{"{\"user\": \"dagobert\", \"port\": 54321, \"on\": true, \"in\": [{\"x\": \"gold\"}]}"},
     "dagobert true user 54321 gold 5432",
     "******** true user ******** ******** 5432"},
    {{"[\"one two\"]"}, "one two", "********"},
    {{"54321"}, "at 54321", "at ********"},
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mask *mask = mask_of(texts[i].values);
        struct strbuf out = STRBUF_INIT;
        bool ok = mask_write(mask, &out, texts[i].text, strlen(texts[i].text));
        CHECK(ok && !strcmp(out.text, texts[i].masked), "text %zu is masked", i);
        strbuf_release(&out);
        mask_free(mask);
    }
}

static const struct {
    const char *json, *masked;
} values[] = {
    {"{\"a\":[1,\"a secret\",null],\"secret\":2}",
     "{\"a\":[1,\"a ********\",null],\"********\":2}"},
    {"[987654,1987654,9876.5]", "[\"********\",1987654,9876.5]"},
    {"\"secret\"", "\"********\""},
    {"{\"a\":{\"b\":[]}}", NULL}, /* stays the same */
};

static void test_json(void)
{
    struct mask *mask = mask_of((const char *const[]){"secret", "987654", NULL});
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct error err = {0};
        json_t *value = json_parse(values[i].json, strlen(values[i].json), "", &err);
        json_t *masked = mask_json(mask, value);
        char *text = json_text(masked);
        const char *expected = values[i].masked ? values[i].masked : values[i].json;
        CHECK(!strcmp(text, expected), "%s becomes %s", values[i].json, text);
        CHECK((masked == value) == !values[i].masked, "what needs no change is shared");
        CHECK(mask_finds(mask, value) == !!values[i].masked, "and that is known");
        free(text);
        json_decref(masked);
        json_decref(value);
    }
    mask_free(mask);
}

static void test_nothing_hidden(void)
{
    json_t *value = json_string("x"), *same = mask_json(NULL, value);
    CHECK(mask_is_empty(NULL) && same == value && !mask_finds(NULL, value), "NULL hides nothing");
    CHECK(mask_cut(NULL, "abcdef", 6, 4) == 4, "and any place is fit to cut");
    json_decref(same);
    json_decref(value);
}

static void test_cut(void)
{
    static const struct {
        size_t wanted, cut;
    } rows[] = {{2, 2}, {3, 3}, {5, 3}, {8, 3}, {9, 9}, {10, 10}};
    struct mask *mask = mask_of((const char *const[]){"secret", NULL});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK(mask_cut(mask, "xxxsecretyyy", 12, rows[i].wanted) == rows[i].cut, "%zu becomes %zu",
              rows[i].wanted, rows[i].cut);
    CHECK(mask_cut(mask, "secretyyy", 9, 2) == 6, "what stands at the beginning stays whole");
    mask_free(mask);
}

/* An error that is cut short anywhere in a hidden text shows no part of it. */
static void test_error_cut(void)
{
    struct mask *mask = mask_of((const char *const[]){"hidden text", NULL});
    bool clean = true;
    for (size_t before = 1000; before < 1030; before++) {
        struct error err = {0};
        char text[2048] = "";
        memset(text, 'x', before);
        strcpy(text + before, "hidden text");
        error_set(&err, ERROR_FAILED, "%s", text);
        mask_error(mask, &err);
        clean = clean && !strchr(err.text, 'h') && strlen(err.text) >= 1000;
    }
    CHECK(clean, "no beginning of it is left at the end of a text");
    struct error whole = {0};
    error_set(&whole, ERROR_FAILED, "the hidden text, and hidd");
    mask_error(mask, &whole);
    CHECK(!strcmp(whole.text, "the ********, and hidd"), "one that is whole: %s", whole.text);
    mask_free(mask);
}

/* The beginning of a text that is cut in the middle of a hidden one. */
static void test_cut_text(void)
{
    struct mask *mask = mask_of((const char *const[]){"hidden text", NULL});
    size_t length = CUT_TEXT_LIMIT + 1000;
    char *text = malloc(length + 1);
    bool clean = true;
    for (size_t before = CUT_TEXT_LIMIT - 11; before < CUT_TEXT_LIMIT + 2; before++) {
        memset(text, 'x', length + 1);
        memcpy(text + before, "hidden text", 11);
        json_t *cut = cut_text(text, length);
        json_t *masked = mask_string(mask, json_string_value(cut), json_string_length(cut));
        json_t *again = cut_text(json_string_value(masked), json_string_length(masked));
        clean = clean && !strchr(json_string_value(masked), 'h') &&
                strstr(json_string_value(again), " ... (1049576 bytes in all)");
        json_decref(again);
        json_decref(masked);
        json_decref(cut);
    }
    CHECK(clean, "no beginning of it is left where a text is cut, which stays known");
    free(text);
    json_t *short_one = mask_string(mask, "hidden ... (1049576 bytes in all)", 33);
    CHECK(!strncmp(json_string_value(short_one), "hidden ", 7), "a short text is no beginning");
    json_decref(short_one);
    mask_free(mask);
}

struct found {
    size_t start, end;
    int count;
};

static void note(void *data, size_t start, size_t end)
{
    struct found *found = data;
    *found = (struct found){start, end, found->count + 1};
}

static void test_pieces(void)
{
    struct mask *mask = mask_of((const char *const[]){"secret", NULL});
    static const char text[] = "a secret of pieces";
    for (size_t size = 1; size < 8; size++) {
        struct mask_search search = {0};
        struct found found = {0};
        for (size_t i = 0; i < sizeof text - 1; i += size) {
            size_t left = sizeof text - 1 - i;
            mask_search(mask, &search, text + i, left < size ? left : size, note, &found);
        }
        CHECK(found.count == 1 && found.start == 2 && found.end == 8, "in pieces of %zu", size);
    }
    mask_free(mask);
}

static void test_added_later(void)
{
    struct mask *mask = mask_of((const char *const[]){"first", NULL});
    json_t *before = mask_string(mask, "first second", 12);
    mask_add_value(mask, "second", 6);
    json_t *after = mask_string(mask, "first second", 12);
    CHECK(!strcmp(json_string_value(before), "******** second"), "at first only the first");
    CHECK(!strcmp(json_string_value(after), "******** ********"), "then both");
    json_decref(before);
    json_decref(after);
    mask_free(mask);
}

/* Texts that make a simple search go back at every byte. */
static void test_linear(void)
{
    enum { LENGTH = 1 << 20 };
    struct mask *mask = mask_new();
    char *text = malloc(LENGTH);
    memset(text, 'a', LENGTH);
    text[LENGTH - 1] = 'c';
    mask_add_text(mask, text, 30000);
    char *other = strndup(text, 20001);
    other[20000] = 'b';
    mask_add_text(mask, other, 20001);
    struct mask_search search = {0};
    struct found found = {0};
    clock_t start = clock();
    mask_search(mask, &search, text, LENGTH, note, &found);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    CHECK(found.count == LENGTH - 30000, "each place is found: %d", found.count);
    CHECK(seconds < 2, "in a moment: %g s", seconds);
    free(other);
    free(text);
    mask_free(mask);
}

int main(void)
{
    test_texts();
    test_json();
    test_nothing_hidden();
    test_cut();
    test_error_cut();
    test_cut_text();
    test_pieces();
    test_added_later();
    test_linear();
    return checks_done();
}
