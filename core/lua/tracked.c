/* tracked.c - see tracked.h. */
#include "lua/tracked.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "lua/exception.h"
#include "lua/trace.h"
#include "lua/tracked_internal.h"
#include "lua/value.h"

#define CLASS "cloudify.data"

/* Its address is the registry key of the metatable. */
static const char metatable_key;

struct tracked_document *tracked_document_new(json_t *root, const char *refusal)
{
    struct tracked_document *document = root ? calloc(1, sizeof *document) : NULL;
    if (!document) {
        json_decref(root);
        return NULL;
    }
    document->root = root;
    document->references = 1;
    document->refusal = refusal;
    return document;
}

void tracked_document_release(struct tracked_document *document)
{
    if (!document || --document->references)
        return;
    json_decref(document->root);
    free(document);
}

struct tracked *lua_tracked_get(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? lua_touserdata(L, index) : NULL;
}

json_t *lua_tracked_json(lua_State *L, int index)
{
    const struct tracked *t = lua_tracked_get(L, index);
    return t ? t->value : NULL;
}

/* Push a handle of `value` whose user values are still nil. */
static struct tracked *push_handle(lua_State *L, struct tracked_document *document, json_t *value)
{
    struct tracked *t = lua_newuserdatauv(L, sizeof *t, 2);
    *t = (struct tracked){document, json_incref(value), false};
    document->references++;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
    return t;
}

void lua_tracked_push(lua_State *L, struct tracked_document *document)
{
    push_handle(L, document, document->root);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, document->root);
    lua_setiuservalue(L, -2, HANDLES);
}

void lua_tracked_push_constant(lua_State *L, json_t *value, const char *refusal)
{
    if (!json_is_object(value) && !json_is_array(value)) {
        lua_json_push(L, value);
        return;
    }
    struct tracked_document *document = tracked_document_new(json_incref(value), refusal);
    if (!document)
        luaL_error(L, "out of memory");
    lua_tracked_push(L, document);
    tracked_document_release(document);
}

void lua_tracked_push_value(lua_State *L, int index, json_t *value)
{
    index = lua_absindex(L, index);
    if (!json_is_object(value) && !json_is_array(value)) {
        lua_json_push(L, value);
        return;
    }
    const struct tracked *parent = lua_touserdata(L, index);
    lua_getiuservalue(L, index, HANDLES);
    if (lua_rawgetp(L, -1, value) == LUA_TNIL) {
        lua_pop(L, 1);
        struct tracked *t = push_handle(L, parent->document, value);
        t->detached = parent->detached;
        lua_pushvalue(L, -2);
        lua_setiuservalue(L, -2, HANDLES);
        lua_pushvalue(L, index);
        lua_setiuservalue(L, -2, PARENT);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, value);
    }
    lua_remove(L, -2);
}

static void follow(lua_State *L, int handles, json_t *from, json_t *to);

/* The handles that the containers in `from` have belong to those at the same places of `to` now. */
static void follow_members(lua_State *L, int handles, json_t *from, json_t *to)
{
    for (size_t i = 0; i < json_array_size(from); i++)
        follow(L, handles, json_array_get(from, i), json_array_get(to, i));
    for (void *it = json_object_iter(from); it; it = json_object_iter_next(from, it))
        follow(L, handles, json_object_iter_value(it),
               json_object_getn(to, json_object_iter_key(it), json_object_iter_key_len(it)));
}

static void follow(lua_State *L, int handles, json_t *from, json_t *to)
{
    if (!json_is_object(from) && !json_is_array(from))
        return;
    struct tracked *t = lua_rawgetp(L, handles, from) ? lua_touserdata(L, -1) : NULL;
    if (t) {
        t->value = json_incref(to);
        lua_rawsetp(L, handles, to);
        lua_pushnil(L);
        lua_rawsetp(L, handles, from);
        json_decref(from);
    } else {
        lua_pop(L, 1);
    }
    follow_members(L, handles, from, to);
}

/* Give the document of the handle at `index` a tree of its own. */
static void unshare(lua_State *L, int index, struct tracked_document *document)
{
    json_t **before = lua_json_box(L);
    *before = document->root;
    json_t *copy = json_deep_copy_whole(document->root);
    if (!copy) {
        *before = NULL;
        luaL_error(L, "out of memory");
    }
    document->root = copy;
    document->shared = false;
    lua_getiuservalue(L, index, HANDLES);
    follow(L, lua_gettop(L), *before, copy);
    lua_pop(L, 2);
}

/* How many containers the handle at `index` is in, and itself. */
static int depth_of(lua_State *L, int index)
{
    int depth = 0;
    lua_pushvalue(L, index);
    for (; lua_touserdata(L, -1); depth++) {
        lua_getiuservalue(L, -1, PARENT);
        lua_remove(L, -2);
    }
    lua_pop(L, 1);
    return depth;
}

void lua_tracked_check_writable(lua_State *L, int index)
{
    const struct tracked *t = lua_touserdata(L, index);
    if (t->document->refusal)
        lua_exception_raise(L, "NonRecoverableError", "%s", t->document->refusal);
    if (t->detached)
        lua_exception_raise(L, "NonRecoverableError",
                            "this value is no longer part of its properties: it was replaced");
    if (depth_of(L, index) > VALUE_DEPTH_MAX)
        lua_exception_raise(L, "NonRecoverableError", "nested over 200 levels deep");
    luaL_checkstack(L, VALUE_DEPTH_MAX + 8, "value nested too deeply");
    if (t->document->shared)
        unshare(L, index, t->document);
}

static void detach(lua_State *L, int handles, json_t *value)
{
    if (!json_is_object(value) && !json_is_array(value))
        return;
    if (lua_rawgetp(L, handles, value) == LUA_TUSERDATA)
        ((struct tracked *)lua_touserdata(L, -1))->detached = true;
    lua_pop(L, 1);
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item) detach(L, handles, item);
    for (void *it = json_object_iter(value); it; it = json_object_iter_next(value, it))
        detach(L, handles, json_object_iter_value(it));
}

void lua_tracked_detach(lua_State *L, int index, json_t *value)
{
    if (!json_is_object(value) && !json_is_array(value))
        return;
    lua_getiuservalue(L, index, HANDLES);
    detach(L, lua_gettop(L), value);
    lua_pop(L, 1);
}

static void replace_in(json_t *container, const json_t *old, json_t *new)
{
    for (size_t i = 0; i < json_array_size(container); i++)
        if (json_array_get(container, i) == old) {
            json_array_set(container, i, new);
            return;
        }
    for (void *it = json_object_iter(container); it; it = json_object_iter_next(container, it))
        if (json_object_iter_value(it) == old) {
            json_object_iter_set(container, it, new);
            return;
        }
}

bool lua_tracked_become_array(lua_State *L, int index)
{
    struct tracked *t = lua_touserdata(L, index);
    if (json_is_array(t->value))
        return true;
    lua_getiuservalue(L, index, PARENT);
    const struct tracked *parent = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (!parent || json_object_size(t->value))
        return false;
    json_t *array = json_array();
    if (!array)
        luaL_error(L, "out of memory");
    lua_getiuservalue(L, index, HANDLES);
    lua_pushvalue(L, index);
    lua_rawsetp(L, -2, array);
    lua_pushnil(L); /* the next value may have the address of the old one */
    lua_rawsetp(L, -2, t->value);
    lua_pop(L, 1);
    replace_in(parent->value, t->value, array);
    json_decref(t->value);
    t->value = array;
    return true;
}

static json_t *child_at(lua_State *L, const struct tracked *t, int key)
{
    int isinteger;
    lua_Integer position = lua_tointegerx(L, key, &isinteger);
    if (json_is_array(t->value))
        return isinteger && position >= 1 && lua_type(L, key) == LUA_TNUMBER
                   ? json_array_get(t->value, (size_t)position - 1)
                   : NULL;
    if (lua_type(L, key) != LUA_TSTRING)
        return NULL;
    size_t length;
    const char *name = lua_tolstring(L, key, &length);
    return json_object_getn(t->value, name, length);
}

static int data_index(lua_State *L)
{
    json_t *value = child_at(L, lua_touserdata(L, 1), 2);
    if (!value || json_is_null(value))
        lua_pushnil(L);
    else
        lua_tracked_push_value(L, 1, value);
    return 1;
}

static void set_member(lua_State *L, struct tracked *t)
{
    size_t length;
    const char *name = lua_tolstring(L, 2, &length);
    json_t *old = json_object_getn(t->value, name, length);
    if (lua_isnil(L, 3)) {
        lua_tracked_detach(L, 1, old);
        json_object_deln(t->value, name, length);
        return;
    }
    if (memchr(name, '\0', length))
        lua_exception_raise(L, "NonRecoverableError", "%s", lua_nul_refusal);
    json_t *value = lua_json_check(L, 3, name);
    lua_tracked_detach(L, 1, old);
    if (json_object_setn_new(t->value, name, length, value))
        lua_exception_raise(L, "NonRecoverableError", "a key is not valid UTF-8");
}

static void set_element(lua_State *L, struct tracked *t, lua_Integer position)
{
    lua_Integer count = (lua_Integer)json_array_size(t->value);
    if (position < 1 || position > count + 1)
        lua_exception_raise(L, "NonRecoverableError",
                            "position %lld is outside of a list of %lld: lists have no holes",
                            (long long)position, (long long)count);
    json_t *old = json_array_get(t->value, (size_t)position - 1);
    if (lua_isnil(L, 3)) {
        if (position < count)
            lua_exception_raise(L, "NonRecoverableError",
                                "nil would leave a hole in the list: use table.remove");
        lua_tracked_detach(L, 1, old);
        json_array_remove(t->value, (size_t)position - 1);
        return;
    }
    json_t *value = lua_json_check(L, 3, "list element");
    lua_tracked_detach(L, 1, old);
    int failed = old ? json_array_set_new(t->value, (size_t)position - 1, value)
                     : json_array_append_new(t->value, value);
    if (failed)
        luaL_error(L, "out of memory");
}

static int data_newindex(lua_State *L)
{
    struct tracked *t = lua_touserdata(L, 1);
    lua_tracked_check_writable(L, 1);
    const json_t *assigned = lua_tracked_json(L, 3);
    t->document->dirty = true;
    if (assigned && assigned == child_at(L, t, 2))
        return 0;
    if (lua_type(L, 2) == LUA_TSTRING && json_is_object(t->value)) {
        set_member(L, t);
        return 0;
    }
    if (!lua_isinteger(L, 2))
        return lua_exception_raise(L, "NonRecoverableError", "a %s cannot have a %s as key",
                                   json_is_array(t->value) ? "list" : "dict", luaL_typename(L, 2));
    if (!lua_tracked_become_array(L, 1))
        return lua_exception_raise(L, "NonRecoverableError", "keys of a dict must be strings");
    set_element(L, t, lua_tointeger(L, 2));
    return 0;
}

static int data_len(lua_State *L)
{
    const struct tracked *t = lua_touserdata(L, 1);
    lua_pushinteger(L, (lua_Integer)json_array_size(t->value));
    return 1;
}

/* upvalues: the keys as they were when the loop began, and how many of them are done */
static int next_member(lua_State *L)
{
    const struct tracked *t = lua_touserdata(L, 1);
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(2));
    lua_settop(L, 1);
    while (lua_rawgeti(L, lua_upvalueindex(1), ++position) == LUA_TSTRING) {
        json_t *value = child_at(L, t, 2);
        if (value) {
            lua_pushinteger(L, position);
            lua_replace(L, lua_upvalueindex(2));
            lua_tracked_push_value(L, 1, value);
            return 2;
        }
        lua_settop(L, 1);
    }
    return 1;
}

static int next_element(lua_State *L)
{
    const struct tracked *t = lua_touserdata(L, 1);
    lua_Integer position = luaL_checkinteger(L, 2) + 1;
    json_t *value = json_array_get(t->value, (size_t)position - 1);
    if (!value)
        return 0;
    lua_pushinteger(L, position);
    lua_tracked_push_value(L, 1, value);
    return 2;
}

static int data_pairs(lua_State *L)
{
    const struct tracked *t = lua_touserdata(L, 1);
    if (json_is_array(t->value)) {
        lua_pushcfunction(L, next_element);
        lua_pushvalue(L, 1);
        lua_pushinteger(L, 0);
        return 3;
    }
    lua_createtable(L, (int)json_object_size(t->value), 0);
    lua_Integer count = 0;
    for (void *it = json_object_iter(t->value); it; it = json_object_iter_next(t->value, it)) {
        lua_pushlstring(L, json_object_iter_key(it), json_object_iter_key_len(it));
        lua_rawseti(L, -2, ++count);
    }
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_member, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int data_tostring(lua_State *L)
{
    const struct tracked *t = lua_touserdata(L, 1);
    struct strbuf text = STRBUF_INIT;
    bool ok = json_write(&text, t->value);
    luaL_Buffer buffer;
    char *out = ok ? luaL_buffinitsize(L, &buffer, text.length) : NULL;
    if (out)
        for (size_t i = 0; i < text.length; i++)
            out[i] = text.text[i];
    size_t length = text.length;
    strbuf_release(&text);
    if (!ok)
        return luaL_error(L, "out of memory");
    luaL_pushresultsize(&buffer, length);
    return 1;
}

static int data_gc(lua_State *L)
{
    struct tracked *t = lua_touserdata(L, 1);
    json_decref(t->value);
    tracked_document_release(t->document);
    *t = (struct tracked){NULL, NULL, true};
    return 0;
}

void lua_tracked_register(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__index", data_index},
                                           {"__newindex", data_newindex},
                                           {"__len", data_len},
                                           {"__pairs", data_pairs},
                                           {"__gc", data_gc},
                                           {"__tostring", data_tostring},
                                           {NULL, NULL}};
    luaL_newmetatable(L, CLASS);
    luaL_setfuncs(L, metamethods, 0);
    /* They trust their argument, and so are not handed out. */
    lua_pushliteral(L, CLASS);
    lua_setfield(L, -2, "__metatable");
    for (size_t i = 0; i < 2; i++) {
        lua_getfield(L, -1, metamethods[i].name);
        trace_wrap(L, i ? "  value set: " : "  value: ", "", "");
        lua_setfield(L, -2, metamethods[i].name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}
