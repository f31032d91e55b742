/* value.c - see value.h. */
#include "lua/value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "lua/exception.h"
#include "lua/tracked.h"

const char lua_nul_refusal[] = "a key contains a NUL byte";

/* Their addresses are the registry keys of cloudify.null and of the metatables. */
static const char null_key, array_key, object_key, box_key;

/* Where the conversion stands: the chain up to the outermost value. */
struct frame {
    const struct frame *parent;
    const void *table;
    const char *key;   /* of the entry being converted, or NULL: then */
    lua_Integer index; /* its place in the list */
    int depth;
};

struct conversion {
    lua_State *L;
    const char *where;
    struct error *err;
};

static json_t *convert(struct conversion *c, int index, const struct frame *frame);

static int null_tostring(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

static int box_gc(lua_State *L)
{
    json_t **box = lua_touserdata(L, 1);
    json_decref(*box);
    *box = NULL;
    return 0;
}

static void register_mark(lua_State *L, const void *key, const char *name)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void lua_value_register(lua_State *L)
{
    register_mark(L, &array_key, "cloudify.array");
    register_mark(L, &object_key, "cloudify.object");
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &box_key);
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, null_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "cloudify.null");
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
}

void lua_null_push(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
}

bool lua_is_null(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA)
        return false;
    const void *value = lua_touserdata(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
    bool same = value == lua_touserdata(L, -1);
    lua_pop(L, 1);
    return same;
}

static void mark(lua_State *L, int index, const void *key)
{
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    lua_setmetatable(L, index);
}

bool lua_is_marked_array(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

void lua_mark_array(lua_State *L, int index)
{
    mark(L, index, &array_key);
}

void lua_mark_object(lua_State *L, int index)
{
    mark(L, index, &object_key);
}

json_t **lua_json_box(lua_State *L)
{
    json_t **box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &box_key);
    lua_setmetatable(L, -2);
    return box;
}

static void push_array(lua_State *L, const json_t *value)
{
    size_t count = json_array_size(value);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_json_push(L, json_array_get(value, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (count == 0)
        lua_mark_array(L, -1);
}

static void push_object(lua_State *L, const json_t *value)
{
    json_t *object = (json_t *)value;
    lua_createtable(L, 0, (int)json_object_size(object));
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        lua_pushlstring(L, json_object_iter_key(it), json_object_iter_key_len(it));
        lua_json_push(L, json_object_iter_value(it));
        lua_rawset(L, -3);
    }
}

void lua_json_push(lua_State *L, const json_t *value)
{
    luaL_checkstack(L, 4, "value nested too deeply");
    if (!value) {
        lua_pushnil(L);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        push_object(L, value);
        break;
    case JSON_ARRAY:
        push_array(L, value);
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        break;
    case JSON_NULL:
        lua_null_push(L);
        break;
    }
}

static void write_path(struct strbuf *path, const struct frame *frame)
{
    if (!frame)
        return;
    write_path(path, frame->parent);
    if (frame->key)
        strbuf_addf(path, ".%s", frame->key);
    else if (frame->index)
        strbuf_addf(path, "[%lld]", (long long)frame->index);
}

static json_t *refuse(struct conversion *c, const struct frame *frame, enum error_code code,
                      const char *what)
{
    struct strbuf path = STRBUF_INIT;
    write_path(&path, frame);
    error_set(c->err, code, "%s%s: %s", c->where, path.text, what);
    strbuf_release(&path);
    return NULL;
}

static json_t *convert_number(struct conversion *c, int index, const struct frame *frame)
{
    if (lua_isinteger(c->L, index))
        return json_integer(lua_tointeger(c->L, index));
    double number = lua_tonumber(c->L, index);
    if (!isfinite(number))
        return refuse(c, frame, ERROR_INVALID, "a number must be finite");
    return json_real(number);
}

static json_t *convert_string(struct conversion *c, int index, const struct frame *frame)
{
    size_t length;
    const char *text = lua_tolstring(c->L, index, &length);
    json_t *value = json_stringn(text, length);
    return value ? value : refuse(c, frame, ERROR_INVALID, "the string is not valid UTF-8");
}

/* The keys are 1..count, whatever the order in which the table gives them. */
static json_t *convert_list(struct conversion *c, int index, struct frame *frame, lua_Integer count)
{
    json_t *array = json_array();
    for (lua_Integer i = 1; array && i <= count; i++) {
        frame->index = i;
        lua_rawgeti(c->L, index, i);
        json_t *value = convert(c, lua_gettop(c->L), frame);
        lua_pop(c->L, 1);
        if (!value || json_array_append_new(array, value)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static bool convert_entry(struct conversion *c, json_t *object, struct frame *frame)
{
    lua_State *L = c->L;
    if (lua_type(L, -2) != LUA_TSTRING) {
        refuse(c, frame->parent, ERROR_INVALID,
               "keys must be strings, or the integers 1 to n without a gap");
        return false;
    }
    size_t length;
    frame->key = lua_tolstring(L, -2, &length);
    if (memchr(frame->key, '\0', length)) {
        refuse(c, frame->parent, ERROR_INVALID, lua_nul_refusal);
        return false;
    }
    json_t *value = convert(c, lua_gettop(L), frame);
    if (!value)
        return false;
    if (json_object_setn_new(object, frame->key, length, value)) {
        refuse(c, frame->parent, ERROR_INVALID, "a key is not valid UTF-8");
        return false;
    }
    return true;
}

struct key {
    const char *text;
    size_t length;
    json_t *value;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    size_t shorter = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, shorter);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

/* `object` (taken) with its keys in order: that of a Lua table differs from run to run. */
static json_t *sort_keys(json_t *object)
{
    size_t count = json_object_size(object), i = 0;
    if (count < 2)
        return object;
    struct key *keys = malloc(count * sizeof *keys);
    json_t *sorted = keys ? json_object() : NULL;
    bool ok = sorted;
    for (void *it = json_object_iter(object); ok && it; it = json_object_iter_next(object, it))
        keys[i++] = (struct key){json_object_iter_key(it), json_object_iter_key_len(it),
                                 json_object_iter_value(it)};
    if (ok)
        qsort(keys, count, sizeof *keys, compare_keys);
    for (i = 0; ok && i < count; i++)
        ok = !json_object_setn(sorted, keys[i].text, keys[i].length, keys[i].value);
    free(keys);
    json_decref(object);
    if (ok)
        return sorted;
    json_decref(sorted);
    return NULL;
}

static json_t *convert_object(struct conversion *c, int index, struct frame *frame)
{
    lua_State *L = c->L;
    json_t *object = json_object();
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (!object || !convert_entry(c, object, frame)) {
            lua_pop(L, 2);
            json_decref(object);
            return NULL;
        }
        lua_pop(L, 1);
    }
    return sort_keys(object);
}

/* How many entries a table has if its keys are 1..n; -1 if they are anything else. */
static lua_Integer list_length(lua_State *L, int index)
{
    lua_Integer count = 0, largest = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        lua_Integer key = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (key < 1) {
            lua_pop(L, 1);
            return -1;
        }
        count++;
        if (key > largest)
            largest = key;
    }
    return count == largest ? count : -1;
}

static json_t *convert_table(struct conversion *c, int index, const struct frame *parent)
{
    struct frame frame = {parent, lua_topointer(c->L, index), NULL, 0,
                          parent ? parent->depth + 1 : 1};
    for (const struct frame *f = parent; f; f = f->parent)
        if (f->table == frame.table)
            return refuse(c, parent, ERROR_INVALID, "the table contains itself");
    if (frame.depth > VALUE_DEPTH_MAX || !lua_checkstack(c->L, 6))
        return refuse(c, parent, ERROR_LIMIT, "nested over 200 levels deep");
    lua_Integer count = list_length(c->L, index);
    if (count > 0 || (count == 0 && lua_is_marked_array(c->L, index)))
        return convert_list(c, index, &frame, count);
    return convert_object(c, index, &frame);
}

static json_t *convert_userdata(struct conversion *c, int index, const struct frame *frame)
{
    if (lua_is_null(c->L, index))
        return json_null();
    const json_t *value = lua_tracked_json(c->L, index);
    if (value)
        return json_deep_copy_whole(value);
    return refuse(c, frame, ERROR_INVALID, "a userdata cannot be stored");
}

static json_t *convert(struct conversion *c, int index, const struct frame *frame)
{
    switch (lua_type(c->L, index)) {
    case LUA_TNIL:
        return json_null();
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(c->L, index));
    case LUA_TNUMBER:
        return convert_number(c, index, frame);
    case LUA_TSTRING:
        return convert_string(c, index, frame);
    case LUA_TTABLE:
        return convert_table(c, index, frame);
    case LUA_TUSERDATA:
        return convert_userdata(c, index, frame);
    case LUA_TFUNCTION:
        return refuse(c, frame, ERROR_INVALID, "a function cannot be stored");
    case LUA_TTHREAD:
        return refuse(c, frame, ERROR_INVALID, "a coroutine cannot be stored");
    default:
        return refuse(c, frame, ERROR_INVALID, "a light userdata cannot be stored");
    }
}

json_t *lua_json_get(lua_State *L, int index, const char *where, struct error *err)
{
    struct conversion c = {L, where, err};
    if (!lua_checkstack(L, 6)) {
        error_nomem(err);
        return NULL;
    }
    json_t *value = convert(&c, lua_absindex(L, index), NULL);
    if (!value)
        error_nomem(err);
    return value;
}

json_t *lua_json_check(lua_State *L, int index, const char *where)
{
    struct error err = {0};
    json_t *value = lua_json_get(L, index, where, &err);
    if (!value)
        lua_exception_raise(L, "NonRecoverableError", "%s", err.text);
    return value;
}

/* ---- texts ---- */

struct bytes {
    const char *text;
    size_t length;
};

static int push_bytes(lua_State *L)
{
    const struct bytes *bytes = lua_touserdata(L, 1);
    lua_pushlstring(L, bytes->text, bytes->length);
    return 1;
}

void lua_text_push_new(lua_State *L, char *text, size_t length)
{
    struct bytes bytes = {text, length};
    lua_pushcfunction(L, push_bytes);
    lua_pushlightuserdata(L, &bytes);
    int status = lua_pcall(L, 1, 1, 0);
    free(text);
    if (status != LUA_OK)
        lua_error(L);
}
