/* tracked_test.c - runtime properties behave like tables, and notice every change. */
#include "lua/tracked.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lua/host_call.h"
#include "../check.h"

static const char initial[] =
    "{\"a\":{\"b\":1},\"list\":[{\"n\":3},{\"n\":1},{\"n\":2}],\"none\":null,\"text\":\"x\"}";

/* Each chunk sees the properties as `p`; it must leave `expected` behind, or raise `error`. */
static const struct {
    const char *name, *chunk, *expected, *error;
} cases[] = {
    {"reading leaves it clean", "assert(p.a.b == 1 and p.text == 'x' and #p.list == 3)", NULL,
     NULL},
    {"a container is the same at each access", "assert(p.a == p.a and p.list[1] == p.list[1])",
     NULL, NULL},
    {"null reads as nil, is_null tells",
     "assert(p.none == nil and p.absent == nil); local c = require('cloudify')\n"
     "assert(c.is_null(p, 'none') and not c.is_null(p, 'absent'))",
     NULL, NULL},
    {"pairs sees all, null too",
     "local n = 0; for k, v in pairs(p) do n = n + 1; assert(v ~= nil) end; assert(n == 4)", NULL,
     NULL},
    {"ipairs walks a list",
     "local s = ''; for i, v in ipairs(p.list) do s = s .. i .. v.n end; assert(s == '13' .. '21' "
     ".. '32')",
     NULL, NULL},
    {"a nested change is noticed", "p.a.b = 2; p.list = nil",
     "{\"a\":{\"b\":2},\"none\":null,\"text\":\"x\"}", NULL},
    {"nil deletes while pairs runs", "for k in pairs(p) do p[k] = nil end", "{}", NULL},
    {"a list grows from an empty table",
     "for k in pairs(p) do p[k] = nil end; p.l = {}; table.insert(p.l, 'x'); p.l[2] = 'y'",
     "{\"l\":[\"x\",\"y\"]}", NULL},
    {"a plain table is copied",
     "for k in pairs(p) do p[k] = nil end; local t = {1}; p.t = t; t[1] = 2", "{\"t\":[1]}", NULL},
    {"a handle elsewhere is copied",
     "p.list = nil; p.none = nil; p.text = nil; p.c = p.a; p.c.b = 2",
     "{\"a\":{\"b\":1},\"c\":{\"b\":2}}", NULL},
    {"assigning a container to its own place keeps handles alive",
     "local a = p.a; p.a = p.a; a.b = 9; p.list = nil; p.none = nil",
     "{\"a\":{\"b\":9},\"text\":\"x\"}", NULL},
    {"handles follow insert, remove and sort",
     "local e = p.list[2]; table.insert(p.list, 1, {n = 0}); table.remove(p.list, 2)\n"
     "table.sort(p.list, function(x, y) return x.n > y.n end); e.n = 10; assert(p.list[2] == e)\n"
     "p.a = nil; p.none = nil; p.text = nil",
     "{\"list\":[{\"n\":2},{\"n\":10},{\"n\":0}]}", NULL},
    {"sort without an order",
     "for k in pairs(p) do p[k] = nil end; p.l = {3, 1, 2}; table.sort(p.l)", "{\"l\":[1,2,3]}",
     NULL},
    {"concat, unpack and move work",
     "p.list = {1, 2, 3}; assert(table.concat(p.list, '-') == '1-2-3')\n"
     "assert(select('#', table.unpack(p.list)) == 3); table.move(p.list, 1, 2, 2)\n"
     "p.a = nil; p.none = nil; p.text = nil",
     "{\"list\":[1,1,2]}", NULL},
    {"cloudify.null stores a null",
     "for k in pairs(p) do p[k] = nil end; p.x = require('cloudify').null", "{\"x\":null}", NULL},
    {"handles made before the first change are part of what is changed",
     "local list, e, a = p.list, p.list[1], p.a; p.text = 'y'; e.n = 5; a.b = 6\n"
     "table.insert(list, 7); assert(p.list == list and list[1] == e and p.a == a); p.none = nil",
     "{\"a\":{\"b\":6},\"list\":[{\"n\":5},{\"n\":1},{\"n\":2},7],\"text\":\"y\"}", NULL},
    {"what refers to one place of a tree is changed only there",
     "p.list = nil; p.none = nil; p.text = nil; p.twice = {p.a, p.a}; p.twice[1].b = 2",
     "{\"a\":{\"b\":1},\"twice\":[{\"b\":2},{\"b\":1}]}", NULL},
    {"a handle that has become one of a list stands for nothing else",
     "p.a, p.list, p.none, p.text = nil, nil, nil, nil; p.l = {}; local l = p.l; l[1] = 'x'\n"
     "for i = 1, 50 do p['o' .. i] = {i = i}; assert(p['o' .. i].i == i); p['o' .. i] = nil end",
     "{\"l\":[\"x\"]}", NULL},
    {"type and cloudify.type tell what it is",
     "local c = require('cloudify'); assert(type(p) == 'userdata' and c.type(p) == 'object')\n"
     "assert(c.type(p.list) == 'array' and c.type(p.text) == 'string' and c.type(c.null) == "
     "'null')",
     NULL, NULL},
    {"is_empty asks what next cannot",
     "local c = require('cloudify'); assert(not c.is_empty(p)); p.a.b = nil; "
     "assert(c.is_empty(p.a))\n"
     "p.list = nil; p.none = nil; p.text = nil",
     "{\"a\":{}}", NULL},
    {"totable gives a plain deep copy",
     "local t = require('cloudify').totable(p); assert(type(t.a) == 'table' and t.list[2].n == 1)\n"
     "t.a.b = 7; assert(p.a.b == 1)",
     NULL, NULL},
    {"json.encode and tostring take it",
     "local c = require('cloudify'); assert(c.json.encode(p.a) == '{\"b\":1}')\n"
     "assert(tostring(p.list) == '[{\"n\":3},{\"n\":1},{\"n\":2}]')",
     NULL, NULL},
    {"array and object mark what is empty; {} alone is an object",
     "for k in pairs(p) do p[k] = nil end; local c = require('cloudify')\n"
     "p.l = c.array{}; p.o = c.object{}; p.t = {}",
     "{\"l\":[],\"o\":{},\"t\":{}}", NULL},
    {"indexing a null that is stored deep gives nil",
     "p.a.b = require('cloudify').null\n"
     "assert(p.a.b == nil); p.list = nil; p.none = nil; p.text = nil",
     "{\"a\":{\"b\":null}}", NULL},
    {"integers have 64 bits",
     "for k in pairs(p) do p[k] = nil end; p.max = math.maxinteger; p.min = math.mininteger\n"
     "assert(p.max == math.maxinteger and math.type(p.min) == 'integer')",
     "{\"max\":9223372036854775807,\"min\":-9223372036854775808}", NULL},
    {"floats are printed by the shortest text that reads back",
     "for k in pairs(p) do p[k] = nil end; p.f = 0.1; assert(p.f == 0.1)", "{\"f\":0.1}", NULL},
    {"numbers keep their kind", "for k in pairs(p) do p[k] = nil end; p.i = 2; p.f = 2.0",
     "{\"i\":2,\"f\":2.0}", NULL},
    {"next explains", "next(p)", NULL,
     "next() does not know data seen through ctx: use cloudify.is_empty(x) to ask whether it is "
     "empty, or pairs(x)"},
    {"a replaced container refuses writing", "local a = p.a; p.a = {b = 1}; a.b = 2", NULL,
     "this value is no longer part of its properties: it was replaced"},
    {"so does what lay below it", "local e = p.list[1]; p.list = {}; e.n = 2", NULL,
     "this value is no longer part of its properties: it was replaced"},
    {"a function is refused with its path", "p.x = {y = {print}}", NULL,
     "x.y[1]: a function cannot be stored"},
    {"so are a coroutine", "p.x = coroutine.create(print)", NULL,
     "x: a coroutine cannot be stored"},
    {"a foreign userdata", "p.x = {io.stdout}", NULL, "x[1]: a userdata cannot be stored"},
    {"NaN", "p.x = {a = {0 / 0}}", NULL, "x.a[1]: a number must be finite"},
    {"infinity, at its place in a list", "p.list[1] = math.huge", NULL, "must be finite"},
    {"a string that is not UTF-8, which names its key", "p.x = {name = '\\xff'}", NULL,
     "x.name: the string is not valid UTF-8"},
    {"a cycle", "local t = {}; t.t = {t}; p.x = t", NULL, "x.t[1]: the table contains itself"},
    {"nesting over 200 levels", "local t = {}; for _ = 1, 201 do t = {t} end; p.x = t", NULL,
     "nested over 200 levels deep"},
    {"a table with keys of both kinds", "p.x = {1, a = 2}", NULL, "keys must be strings, or"},
    {"a hole is refused", "p.list[5] = 1", NULL,
     "position 5 is outside of a list of 3: lists have no holes"},
    {"a list in a list position cannot become nil", "p.list[1] = nil", NULL,
     "nil would leave a hole in the list: use table.remove"},
    {"a number is no key of a dict", "p.a[1] = 1", NULL, "keys of a dict must be strings"},
};

static json_t *parse(const char *text)
{
    struct error err = {0};
    return json_parse(text, strlen(text), "test", &err);
}

static bool run(lua_State *L, struct tracked_document *document, const char *chunk)
{
    lua_tracked_push(L, document);
    lua_setglobal(L, "p");
    if (luaL_loadstring(L, chunk) != LUA_OK)
        return false;
    return host_call(L, 0, 0);
}

static void check_case(lua_State *L, size_t i, bool shared)
{
    json_t *original = parse(initial);
    struct tracked_document *document = tracked_document_new(json_incref(original), NULL);
    document->shared = shared;
    bool ok = run(L, document, cases[i].chunk);
    const char *message = ok ? "" : luaL_tolstring(L, -1, NULL);
    CHECK(ok == !cases[i].error && (ok || strstr(message, cases[i].error)), "%s: %s", cases[i].name,
          message);
    const char *expected = cases[i].expected ? cases[i].expected : initial;
    char *text = json_text(document->root);
    if (!cases[i].error)
        CHECK(text && strcmp(text, expected) == 0, "%s: %s", cases[i].name, text);
    CHECK(cases[i].error || document->dirty == (cases[i].expected != NULL),
          "%s: a change is noticed, reading is none", cases[i].name);
    free(text);
    text = json_text(original);
    CHECK(!shared || strcmp(text, initial) == 0, "%s: a shared tree stays as it was: %s",
          cases[i].name, text);
    CHECK(document->dirty || document->root == original, "%s: reading copies nothing",
          cases[i].name);
    free(text);
    tracked_document_release(document);
    json_decref(original);
    lua_settop(L, 0);
}

static void check_read_only(lua_State *L)
{
    struct tracked_document *document = tracked_document_new(parse(initial), "read only");
    static const char *const chunks[] = {"p.x = 1",
                                         "p.a.b = 2",
                                         "p.a = p.a",
                                         "table.insert(p.list, 1)",
                                         "table.sort(p.list)",
                                         "table.remove(p.list)"};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        bool ok = run(L, document, chunks[i]);
        CHECK(!ok && strcmp(luaL_tolstring(L, -1, NULL), "read only") == 0, "refused: %s",
              chunks[i]);
        lua_settop(L, 0);
    }
    CHECK(!document->dirty, "nothing has changed");
    tracked_document_release(document);
}

int main(void)
{
    struct memory memory = {0};
    lua_State *L = host_state_new(&memory);
    if (!L)
        return 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int shared = 0; shared < 2; shared++)
            check_case(L, i, shared);
    check_read_only(L);
    lua_close(L);
    return checks_done();
}
