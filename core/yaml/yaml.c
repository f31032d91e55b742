/* yaml.c - see yaml.h: reading the tree. Parsing is in parser.c. */
#include "yaml/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/real.h"
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

struct yaml_mark yaml_mark(const struct yaml_node *node)
{
    return (struct yaml_mark){node->file, node->line, node->column};
}

const char *yaml_string(const struct yaml_node *node)
{
    return node->kind == YAML_STRING ? node->text : NULL;
}

const char *yaml_text(const struct yaml_node *node)
{
    return node->text;
}

size_t yaml_length(const struct yaml_node *node)
{
    return node->text ? node->count : 0;
}

bool yaml_boolean(const struct yaml_node *node)
{
    return node->kind == YAML_BOOLEAN && node->value.boolean;
}

json_int_t yaml_integer(const struct yaml_node *node)
{
    return node->kind == YAML_INTEGER ? node->value.integer : 0;
}

double yaml_real(const struct yaml_node *node)
{
    if (node->kind == YAML_INTEGER)
        return (double)node->value.integer;
    return node->kind == YAML_REAL ? node->value.real : 0;
}

size_t yaml_count(const struct yaml_node *node)
{
    return node->text ? 0 : node->count;
}

const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i)
{
    return list->kind == YAML_LIST && i < list->count ? list->value.items[i] : NULL;
}

const struct yaml_node *yaml_key(const struct yaml_node *map, size_t i)
{
    return map->kind == YAML_MAP && i < map->count ? map->value.entries->entry[i].key : NULL;
}

const struct yaml_node *yaml_value(const struct yaml_node *map, size_t i)
{
    return map->kind == YAML_MAP && i < map->count ? map->value.entries->entry[i].value : NULL;
}

const char *yaml_key_text(const struct yaml_node *key, char buffer[32], size_t *length)
{
    int written;
    switch (yaml_kind(key)) {
    case YAML_NULL:
        written = snprintf(buffer, 32, "null");
        break;
    case YAML_BOOLEAN:
        written = snprintf(buffer, 32, "%s", key->value.boolean ? "true" : "false");
        break;
    case YAML_INTEGER:
        written = snprintf(buffer, 32, "%" JSON_INTEGER_FORMAT, key->value.integer);
        break;
    case YAML_REAL:
        written = (int)real_text(key->value.real, buffer);
        break;
    default:
        *length = key->count;
        return key->text;
    }
    *length = (size_t)written;
    return buffer;
}

static json_t *list_to_json(const struct yaml_node *list)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++) {
        if (json_array_append_new(array, yaml_to_json(list->value.items[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *map_to_json(const struct yaml_node *map)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < map->count; i++) {
        const struct yaml_entry *entry = &map->value.entries->entry[i];
        char buffer[32];
        size_t length;
        const char *key = yaml_key_text(entry->key, buffer, &length);
        if (json_object_setn_new(object, key, length, yaml_to_json(entry->value)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *yaml_to_json(const struct yaml_node *node)
{
    switch (yaml_kind(node)) {
    case YAML_NULL:
        return json_null();
    case YAML_BOOLEAN:
        return json_boolean(node->value.boolean);
    case YAML_INTEGER:
        return json_integer(node->value.integer);
    case YAML_REAL:
        return json_real(node->value.real);
    case YAML_STRING:
        return json_stringn_nocheck(node->text, node->count);
    case YAML_LIST:
        return list_to_json(node);
    case YAML_MAP:
        return map_to_json(node);
    }
    return NULL;
}

bool yaml_problem_set(struct yaml_problem *problem, enum yaml_problem_code code,
                      const struct yaml_node *node, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(problem->message, sizeof problem->message, fmt, args);
    va_end(args);
    problem->code = code;
    problem->mark = yaml_mark(node);
    return false;
}

bool yaml_problem_nomem(struct yaml_problem *problem, const char *file)
{
    problem->code = YAML_PROBLEM_MEMORY;
    problem->mark = (struct yaml_mark){file, 1, 1};
    snprintf(problem->message, sizeof problem->message, "out of memory");
    return false;
}

int yaml_excerpt(const char *text, size_t length)
{
    enum { LONGEST = 60 };
    if (length <= LONGEST)
        return (int)length;
    length = LONGEST;
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}
