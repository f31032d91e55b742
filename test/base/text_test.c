/* text_test.c - error contexts, string buffers, suggestions and maps. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/files.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "base/text_pool.h"

#include "../check.h"

static void test_error(void)
{
    struct error err = {0};
    CHECK(!error_set(&err, ERROR_IO, "cannot read '%s'", "x"), "setting an error gives false");
    error_set(&err, ERROR_INVALID, "second");
    error_context(&err, "node '%s'", "db");
    CHECK(!strcmp(err.text, "node 'db': cannot read 'x'"), "the first error wins: %s", err.text);
    CHECK(err.code == ERROR_IO, "and keeps its code");
}

/* A long text of two-byte characters, with `before` in front, is cut between two of them. */
static void test_error_cut(const char *before)
{
    struct error err = {0};
    char text[2 * sizeof err.text + 1];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '\xa9' : '\xc3';
    text[sizeof text - 1] = '\0';
    error_set(&err, ERROR_IO, "%s%s", before, text);
    json_t *string = json_string(err.text);
    CHECK(string, "an error cut short is UTF-8");
    json_decref(string);
    CHECK(strlen(err.text) + 2 >= sizeof err.text, "and as long as can be");
    error_context(&err, "%sx", before);
    string = json_string(err.text);
    CHECK(string, "also when a context has cut it again");
    json_decref(string);
}

static void test_error_bytes(void)
{
    struct error err = {0};
    error_set(&err, ERROR_IO, "cannot read '%s'", "\xe9t\xc3\xa9\xc3");
    CHECK(!strcmp(err.text, "cannot read '?t\xc3\xa9?'"), "what is no UTF-8 becomes '?'");
}

static void test_reserve(void)
{
    struct strbuf sb = STRBUF_INIT;
    CHECK(strbuf_reserve(&sb, 100) && !strcmp(sb.text, ""), "room that nothing fills is no text");
    strbuf_release(&sb);
}

static void test_strbuf(void)
{
    struct strbuf sb = STRBUF_INIT;
    for (int i = 0; i < 1000; i++)
        strbuf_addf(&sb, "%d,", i);
    CHECK(sb.length == 3890 && !strncmp(sb.text, "0,1,2,", 6), "a buffer grows");
    char *text = strbuf_detach(&sb);
    CHECK(strlen(text) == 3890 && sb.length == 0, "and is empty once detached");
    free(text);
}

static void test_map(void)
{
    struct map map = {0};
    int values[100];
    char key[16];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "key%d", 99 - i);
        map_set(&map, key, &values[i]);
    }
    CHECK(map.count == 100 && map_get(&map, "key99") == &values[0], "a map finds its keys");
    CHECK(!strcmp(map.entries[1].key, "key98"), "in order of insertion");
    CHECK(!map_has(&map, "key100") && !map_get(&map, "nothing"), "and no others");
    map_release(&map);
}

static void test_suggestion(const char *wanted, const char *expected)
{
    static const char *names[] = {"properties", "interfaces", "relationships",
                                  "type",       "port",       "cloudify.nodes.Root"};
    struct suggestion suggestion;
    suggestion_init(&suggestion, wanted);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        suggestion_consider(&suggestion, names[i]);
    bool same = expected ? suggestion.best && !strcmp(suggestion.best, expected) : !suggestion.best;
    CHECK(same, "'%s' suggests %s", wanted, expected ? expected : "nothing");
}

static void test_paths(void)
{
    CHECK(path_is_inside("a/b..c/d"), "dots within a name do not leave");
    CHECK(!path_is_inside("a/../../b") && !path_is_inside("/etc") && !path_is_inside(".."),
          "parents and absolute paths do");
    CHECK(!strcmp(path_base("/a/b.yaml"), "b.yaml"), "the base name follows the last slash");
}

static void test_arena(void)
{
    struct arena arena = {0};
    char *small = arena_strdup(&arena, "small");
    char *large = arena_alloc(&arena, 1 << 20);
    char *after = arena_strdup(&arena, "after");
    large[(1 << 20) - 1] = 'x';
    CHECK(!strcmp(small, "small") && !strcmp(after, "after"), "pieces do not overlap");
    CHECK(after - small < 64, "a large piece does not waste the current block");
    int64_t *number = arena_alloc(&arena, sizeof *number);
    CHECK((uintptr_t)number % sizeof *number == 0 && !*number, "pieces are aligned and zeroed");
    arena_reset(&arena);
    number = arena_alloc(&arena, sizeof *number);
    CHECK((char *)number == small && !*number, "after a reset its memory is used again, zeroed");
    arena_release(&arena);
}

static void test_text_pool(void)
{
    struct arena arena = {0};
    struct text_pool *pool = arena_alloc(&arena, sizeof *pool);
    const char *first = text_pool_keep(pool, &arena, "create", 6);
    const char *other = text_pool_keep(pool, &arena, "created", 7);
    char name[32];
    CHECK(!strcmp(first, "create") && !strcmp(other, "created"), "texts are kept whole");
    CHECK(text_pool_keep(pool, &arena, "create it", 6) == first, "a text met again is the same");
    for (int i = 0; i < 4 * TEXT_POOL_SLOTS; i++) {
        int length = snprintf(name, sizeof name, "name %d", i);
        const char *copy = text_pool_keep(pool, &arena, name, (size_t)length);
        if (strcmp(copy, name))
            CHECK(false, "'%s' is kept as '%s'", name, copy);
    }
    CHECK(!strcmp(first, "create"), "those that others took the place of stay");
    arena_release(&arena);
}

int main(void)
{
    test_error();
    test_error_cut("");
    test_error_cut("x");
    test_error_bytes();
    test_reserve();
    test_strbuf();
    test_map();
    test_suggestion("propertes", "properties");
    test_suggestion("tpye", "type");
    test_suggestion("zzz", NULL);
    test_suggestion("Root", "cloudify.nodes.Root");
    test_suggestion("nodes.Root", "cloudify.nodes.Root");
    test_paths();
    test_arena();
    test_text_pool();
    return checks_done();
}
