/* yaml.c - see yaml.h: reading the tree. Parsing is in parser.c. */
#include "yaml/yaml.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/real.h"
#include "base/utf8.h"
#include "yaml/yaml_internal.h"

void yaml_document_free(struct yaml_document *document)
{
    if (!document)
        return;
    arena_release(&document->arena);
    free(document);
}

const struct yaml_node *yaml_root(const struct yaml_document *document)
{
    return document->root;
}

enum yaml_kind yaml_kind(const struct yaml_node *node)
{
    return (enum yaml_kind)node->kind;
}

const char *yaml_kind_name(enum yaml_kind kind)
{
    static const char *const names[] = {
        [YAML_NULL] = "null",  [YAML_BOOLEAN] = "boolean", [YAML_INTEGER] = "integer",
        [YAML_REAL] = "float", [YAML_STRING] = "string",   [YAML_LIST] = "list",
        [YAML_MAP] = "dict",
    };
    return names[kind];
}

bool yaml_is_ascii(const struct yaml_document *document)
{
    return !document->has_non_ascii;
}

struct yaml_mark yaml_mark(const struct yaml_node *node)
{
    const char *first = (const char *)(node - node->place);
    const struct yaml_children *siblings =
        (const void *)(first - offsetof(struct yaml_children, node));
    return (struct yaml_mark){siblings->file, (int)node->line, (int)node->column};
}

static bool is_number(const struct yaml_node *node)
{
    return node->kind == YAML_INTEGER || node->kind == YAML_REAL;
}

static bool is_collection(const struct yaml_node *node)
{
    return node->kind == YAML_LIST || node->kind == YAML_MAP;
}

uint32_t yaml_weight(const struct yaml_node *node)
{
    return is_collection(node) && node->of.children ? node->of.children->weight : 1;
}

const char *yaml_string(const struct yaml_node *node)
{
    return node->kind == YAML_STRING ? node->of.text : NULL;
}

const char *yaml_text(const struct yaml_node *node)
{
    if (is_collection(node))
        return NULL;
    return is_number(node) ? node->of.number->text : node->of.text;
}

size_t yaml_length(const struct yaml_node *node)
{
    return is_collection(node) ? 0 : node->count;
}

bool yaml_boolean(const struct yaml_node *node)
{
    return node->kind == YAML_BOOLEAN && node->role == NODE_TRUE;
}

json_int_t yaml_integer(const struct yaml_node *node)
{
    return node->kind == YAML_INTEGER ? node->of.number->value.integer : 0;
}

double yaml_real(const struct yaml_node *node)
{
    if (node->kind == YAML_INTEGER)
        return (double)node->of.number->value.integer;
    return node->kind == YAML_REAL ? node->of.number->value.real : 0;
}

size_t yaml_count(const struct yaml_node *node)
{
    return is_collection(node) ? node->count : 0;
}

const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i)
{
    return list->kind == YAML_LIST && i < list->count ? &list->of.children->node[i] : NULL;
}

const struct yaml_node *yaml_key(const struct yaml_node *map, size_t i)
{
    return map->kind == YAML_MAP && i < map->count ? &map->of.children->node[2 * i] : NULL;
}

const struct yaml_node *yaml_key_of_value(const struct yaml_node *value)
{
    return value - 1; /* they are side by side */
}

bool yaml_key_is_repeated(const struct yaml_node *key)
{
    return key->is_repeated;
}

const struct yaml_node *yaml_value(const struct yaml_node *map, size_t i)
{
    return map->kind == YAML_MAP && i < map->count ? &map->of.children->node[2 * i + 1] : NULL;
}

struct yaml_children *yaml_children_new(struct arena *arena, const char *file, size_t count)
{
    struct yaml_children *children =
        arena_alloc(arena, sizeof *children + count * sizeof *children->node);
    if (children)
        children->file = file;
    return children;
}

const char *yaml_key_text(const struct yaml_node *key, char buffer[32], size_t *length)
{
    int written;
    switch (yaml_kind(key)) {
    case YAML_NULL:
        written = snprintf(buffer, 32, "null");
        break;
    case YAML_BOOLEAN:
        written = snprintf(buffer, 32, "%s", yaml_boolean(key) ? "true" : "false");
        break;
    case YAML_INTEGER:
        written = snprintf(buffer, 32, "%" JSON_INTEGER_FORMAT, yaml_integer(key));
        break;
    case YAML_REAL:
        written = (int)real_text(yaml_real(key), buffer);
        break;
    default:
        *length = key->count;
        return key->of.text;
    }
    *length = (size_t)written;
    return buffer;
}

static json_t *list_to_json(const struct yaml_node *list, yaml_object_made *made, void *data)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++) {
        json_t *item = yaml_to_json_watched(yaml_item(list, i), made, data);
        if (json_array_append_new(array, item) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *map_to_json(const struct yaml_node *map, yaml_object_made *made, void *data)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < map->count; i++) {
        char buffer[32];
        size_t length;
        const char *key = yaml_key_text(yaml_key(map, i), buffer, &length);
        json_t *value = yaml_to_json_watched(yaml_value(map, i), made, data);
        if (json_object_setn_new(object, key, length, value) != 0)
            goto fail;
    }
    if (!object || made(data, map, object))
        return object;

fail:
    json_decref(object);
    return NULL;
}

json_t *yaml_to_json_watched(const struct yaml_node *node, yaml_object_made *made, void *data)
{
    switch (yaml_kind(node)) {
    case YAML_NULL:
        return json_null();
    case YAML_BOOLEAN:
        return json_boolean(yaml_boolean(node));
    case YAML_INTEGER:
        return json_integer(yaml_integer(node));
    case YAML_REAL:
        return json_real(yaml_real(node));
    case YAML_STRING:
        return json_stringn_nocheck(node->of.text, node->count);
    case YAML_LIST:
        return list_to_json(node, made, data);
    case YAML_MAP:
        return map_to_json(node, made, data);
    }
    return NULL;
}

static bool watch_nothing(void *data, const struct yaml_node *map, const json_t *object)
{
    (void)data, (void)map, (void)object;
    return true;
}

json_t *yaml_to_json(const struct yaml_node *node)
{
    return yaml_to_json_watched(node, watch_nothing, NULL);
}

bool yaml_problem_set(struct yaml_problem *problem, enum yaml_problem_code code,
                      const struct yaml_node *node, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(problem->message, sizeof problem->message, fmt, args);
    va_end(args);
    problem->code = code;
    problem->mark = (struct yaml_mark){NULL, (int)node->line, (int)node->column};
    return false;
}

bool yaml_problem_nomem(struct yaml_problem *problem)
{
    problem->code = YAML_PROBLEM_MEMORY;
    problem->mark = (struct yaml_mark){NULL, 1, 1};
    snprintf(problem->message, sizeof problem->message, "out of memory");
    return false;
}

int yaml_excerpt(const char *text, size_t length)
{
    enum { LONGEST = 60 };
    return (int)(length <= LONGEST ? length : utf8_cut(text, LONGEST));
}
