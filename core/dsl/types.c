/* types.c - see types.h. */
#include "dsl/types.h"

#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/operations.h"
#include "dsl/plan_internal.h"
#include "dsl/strict.h"
#include "dsl/values.h"

static bool is_known_type(const struct compiler *c, const char *type)
{
    return type_is_primitive(type) || compiler_entry(c, SECTION_DATA_TYPES, type);
}

static bool unknown_type(struct compiler *c, const char *subject, const struct yaml_node *at,
                         const struct path *path)
{
    const char *hint = compiler_hint_from(c, yaml_string(at), &c->sections[SECTION_DATA_TYPES]);
    struct suggestion suggestion;
    suggestion_init(&suggestion, yaml_string(at));
    types_suggest(NULL, &suggestion);
    return compiler_error(c, &code_unknown_type, at, path,
                          hint ? hint : compiler_hint(c, &suggestion), "%s: unknown type '%s'",
                          subject, yaml_string(at));
}

bool compiler_check_type(struct compiler *c, const char *subject, const struct yaml_node *schema,
                         const struct path *path)
{
    const char *type = field_string(schema, "type", "");
    const struct yaml_node *at = field_of(schema, "type");
    struct path below = {path, "type", 0};
    if (!*type)
        return true;
    if (!is_known_type(c, type))
        return unknown_type(c, subject, at, &below);
    return compiler_has_version(c, type_since(type)) ||
           compiler_error(c, &code_needs_version, at, &below, NULL,
                          "%s: type '%s' is not supported in version cloudify_dsl_1_%d, it was "
                          "added in cloudify_dsl_1_%d",
                          subject, type, c->version, type_since(type));
}

static bool resolve_data_type(struct compiler *c, const struct entry *entry);

/* A property of a data type can only be completed once that data type is. */
static bool resolve_type_of(struct compiler *c, const json_t *property)
{
    const char *type = json_string_at(property, "type", NULL);
    const struct entry *entry = type ? compiler_entry(c, SECTION_DATA_TYPES, type) : NULL;
    return !entry || type_is_primitive(type) || resolve_data_type(c, entry);
}

static bool is_of_data_type(const struct compiler *c, const json_t *property)
{
    return json_object_get(c->plan->data_types, json_string_at(property, "type", ""));
}

/* The default of a property of a data type: its own one over the parent's (dsl.md 4.3), each
 * completed by what the data type says. */
static json_t *data_type_default(const struct given *given, const json_t *property,
                                 const json_t *inherited)
{
    struct compiler *c = given->c;
    const char *type = json_string_at(property, "type", "");
    const json_t *value = json_object_get(property, "default");
    const json_t *base = json_object_get(inherited, "default");
    json_t *empty = value ? NULL : json_object();
    json_t *own = value ? (json_t *)value : empty;
    json_t *merged = NULL;
    if (json_is_object(base) && json_is_object(own) &&
        !strcmp(type, json_string_at(inherited, "type", "")))
        merged = values_overlay(
            c->plan->data_types,
            json_object_get(json_object_get(c->plan->data_types, type), "properties"), base, own);
    json_t *bare = json_pack("{s:s}", "type", type);
    json_t *result = own && bare ? given_value(given, bare, merged ? merged : own, true) : NULL;
    json_decref(bare);
    json_decref(merged);
    json_decref(empty);
    return result;
}

/* Check the default in `property` (a copy of our own) and complete it. */
static bool complete_default(const struct given *given, json_t *property, const json_t *inherited)
{
    const json_t *value = json_object_get(property, "default");
    if (is_of_data_type(given->c, property)) {
        json_t *completed = data_type_default(given, property, inherited);
        return completed && !json_object_set(property, "default", completed);
    }
    return !value || json_is_null(value) || given_value(given, property, value, true);
}

static json_t *read_property(struct compiler *c, const char *subject, const struct yaml_node *key,
                             const struct yaml_node *node, const json_t *inherited,
                             const struct path *path)
{
    if (!compiler_check_type(c, subject, node, path))
        return NULL;
    bool empty = yaml_kind(node) == YAML_NULL;
    json_t *property = empty ? json_object() : compiler_json(c, node);
    struct strbuf owner = STRBUF_INIT;
    strbuf_addf(&owner, "%s: property '%s'", subject, path->key);
    struct path below = {path, "default", 0};
    struct given given = {c, owner.text, empty ? NULL : yaml_find(node, "default"), key, &below};
    bool ok =
        property && resolve_type_of(c, property) && complete_default(&given, property, inherited);
    strbuf_release(&owner);
    if (ok)
        return property;
    json_decref(property);
    return NULL;
}

json_t *compiler_read_properties(struct compiler *c, const char *subject,
                                 const struct yaml_node *node, const json_t *inherited,
                                 const struct path *path)
{
    bool ok = compiler_charge(c, json_object_size(inherited), node, path);
    if (ok && inherited && (!node || !yaml_count(node)))
        return (json_t *)inherited;
    json_t *properties = json_object();
    for (size_t i = 0; ok && node && i < yaml_count(node); i++) {
        const char *name = yaml_text(yaml_key(node, i));
        struct path below = {path, name, 0};
        json_t *property = read_property(c, subject, yaml_key(node, i), yaml_value(node, i),
                                         json_object_get(inherited, name), &below);
        ok &= property && !json_object_set_new(properties, name, property);
    }
    if (ok && properties &&
        (!inherited || !json_object_update_missing(properties, (json_t *)inherited)))
        return plan_keep(c->plan, properties);
    json_decref(properties);
    return NULL;
}

const char *compiler_subject(struct compiler *c, const char *kind, const char *name)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_all(&text, kind, " '", name, "'");
    const char *subject = arena_strdup(&c->arena, text.text);
    strbuf_release(&text);
    if (!subject)
        compiler_nomem(c);
    return subject ? subject : kind;
}

/* data types */

/* Marks a data type that is being resolved: meeting it again closes a circle. */
static json_t *in_progress(void)
{
    return json_null();
}

static const json_t *parent_data_type(struct compiler *c, const struct entry *entry, bool *ok)
{
    const char *name = field_string(entry->value, "derived_from", NULL);
    struct path section = {NULL, "data_types", 0}, path = {&section, entry->name, 0};
    if (!name)
        return NULL;
    const struct entry *parent = compiler_entry(c, SECTION_DATA_TYPES, name);
    *ok = parent
              ? resolve_data_type(c, parent)
              : compiler_error(c, &code_unknown_type, field_of(entry->value, "derived_from"), &path,
                               compiler_hint_from(c, name, &c->sections[SECTION_DATA_TYPES]),
                               "data type '%s': unknown data type '%s'", entry->name, name);
    return *ok ? json_object_get(json_object_get(c->plan->data_types, name), "properties") : NULL;
}

static bool build_data_type(struct compiler *c, const struct entry *entry)
{
    bool ok = true;
    struct path section = {NULL, "data_types", 0}, path = {&section, entry->name, 0},
                below = {&path, "properties", 0};
    const json_t *inherited = parent_data_type(c, entry, &ok);
    json_t *properties =
        ok ? compiler_read_properties(c, compiler_subject(c, "data type", entry->name),
                                      field_of(entry->value, "properties"), inherited, &below)
           : NULL;
    if (!properties)
        return false;
    json_t *record = json_pack("{s:O, s:s?, s:s?, s:s?}", "properties", properties, "description",
                               field_string(entry->value, "description", NULL), "derived_from",
                               field_string(entry->value, "derived_from", NULL), "version",
                               field_string(entry->value, "version", NULL));
    return !json_object_set_new(c->plan->data_types, entry->name, record) || compiler_nomem(c);
}

/* Types are resolved one for another, each on the stack: this is as deep as they may go. */
enum { TYPE_DEPTH = 1000 };

static bool too_deep(struct compiler *c, const char *kind, const struct entry *entry,
                     const struct path *path)
{
    return compiler_error(c, &code_limit, entry->at, path, NULL,
                          "%s '%s': it needs more than %d other types, one for another", kind,
                          entry->name, TYPE_DEPTH);
}

static bool resolve_data_type(struct compiler *c, const struct entry *entry)
{
    struct path section = {NULL, "data_types", 0}, path = {&section, entry->name, 0};
    const json_t *known = json_object_get(c->plan->data_types, entry->name);
    if (json_is_object(known))
        return true;
    if (json_is_null(known))
        return compiler_error(c, &code_circular, entry->at, &path, NULL,
                              "data type '%s' contains itself", entry->name);
    if (json_is_false(known))
        return false; /* reported before */
    if (type_is_primitive(entry->name))
        return compiler_error(c, &code_type_name_reserved, entry->at, &path, NULL,
                              "data type '%s': this is the name of a built-in type", entry->name);
    json_object_set_new(c->plan->data_types, entry->name, in_progress());
    bool ok = c->type_depth < TYPE_DEPTH || too_deep(c, "data type", entry, &path);
    c->type_depth++;
    ok = ok && build_data_type(c, entry);
    c->type_depth--;
    if (ok)
        return true;
    json_object_set_new(c->plan->data_types, entry->name, json_false());
    return false;
}

static bool resolve_data_types(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_DATA_TYPES];
    bool ok = true;
    c->plan->data_types = plan_keep(c->plan, json_object());
    if (!c->plan->data_types)
        return compiler_nomem(c);
    for (size_t i = 0; i < section->count; i++)
        ok &= resolve_data_type(c, section->entries[i].value);
    return ok;
}

/* node types and relationship types */

struct type_kind {
    enum section section;
    const char *key, *name;
    const char *interfaces[SIDE_COUNT];
};
static const struct type_kind node_kind = {
    SECTION_NODE_TYPES, "node_types", "node type", {"interfaces", NULL}};
static const struct type_kind relationship_kind = {SECTION_RELATIONSHIPS,
                                                   "relationships",
                                                   "relationship type",
                                                   {"source_interfaces", "target_interfaces"}};

static bool resolve_type(struct compiler *c, const struct type_kind *kind, struct map *types,
                         struct type *type);

static bool find_parent(struct compiler *c, const struct type_kind *kind, struct map *types,
                        struct type *type, const struct path *path)
{
    const char *name = field_string(type->entry->value, "derived_from", NULL);
    struct path below = {path, "derived_from", 0};
    if (!name)
        return true;
    struct type *parent = map_get(types, name);
    if (!parent)
        return compiler_error(c, &code_unknown_type, field_of(type->entry->value, "derived_from"),
                              &below, compiler_type_hint(c, name, types),
                              "%s '%s': unknown %s '%s'", kind->name, type->name, kind->name, name);
    type->parent = parent;
    return resolve_type(c, kind, types, parent);
}

/* Doubt names of the type's own that are like those of its parent. */
static void check_names(struct compiler *c, const struct type *type, int side, const char *subject,
                        const struct yaml_node *interfaces, const struct path *path)
{
    const struct operation_owner owner = {subject, type->entry->at, path, NULL};
    if (type->parent && !type->entry->document->is_builtin)
        strict_check_interfaces(c, &type->parent->interfaces[side], interfaces, &owner);
}

static bool build_type(struct compiler *c, const struct type_kind *kind, struct map *types,
                       struct type *type)
{
    struct path section = {NULL, kind->key, 0}, path = {&section, type->name, 0},
                below = {&path, "properties", 0};
    if (!find_parent(c, kind, types, type, &path))
        return false;
    const char *subject = compiler_subject(c, kind->name, type->name);
    type->properties =
        compiler_read_properties(c, subject, field_of(type->entry->value, "properties"),
                                 type->parent ? type->parent->properties : NULL, &below);
    bool ok = type->properties;
    for (int side = 0; side < SIDE_COUNT && kind->interfaces[side]; side++) {
        const struct yaml_node *node = field_of(type->entry->value, kind->interfaces[side]);
        struct path interfaces = {&path, kind->interfaces[side], 0};
        size_t count = type->parent ? type->parent->interfaces[side].count : 0;
        ok &= compiler_charge(c, count, type->entry->at, &interfaces) &&
              interfaces_merge(c, &c->arena, &type->interfaces[side],
                               type->parent ? &type->parent->interfaces[side] : NULL, node) &&
              interfaces_compile_schemas(c, subject, &type->interfaces[side], &interfaces);
        check_names(c, type, side, subject, node, &interfaces);
    }
    return ok;
}

static bool resolve_type(struct compiler *c, const struct type_kind *kind, struct map *types,
                         struct type *type)
{
    struct path section = {NULL, kind->key, 0}, path = {&section, type->name, 0};
    if (type->state == TYPE_READY || type->state == TYPE_BROKEN)
        return type->state == TYPE_READY;
    if (type->state == TYPE_RESOLVING)
        return compiler_error(c, &code_circular, type->entry->at, &path, NULL,
                              "%s '%s' is derived from itself", kind->name, type->name);
    type->state = TYPE_RESOLVING;
    bool ok = c->type_depth < TYPE_DEPTH || too_deep(c, kind->name, type->entry, &path);
    c->type_depth++;
    type->state = ok && build_type(c, kind, types, type) ? TYPE_READY : TYPE_BROKEN;
    c->type_depth--;
    return type->state == TYPE_READY;
}

static bool resolve_types(struct compiler *c, const struct type_kind *kind, struct map *types)
{
    const struct map *section = &c->sections[kind->section];
    for (size_t i = 0; i < section->count; i++) {
        struct type *type = compiler_alloc(c, sizeof *type);
        if (!type)
            return false;
        type->entry = section->entries[i].value;
        type->name = type->entry->name;
        if (!map_set(types, type->name, type))
            return compiler_nomem(c);
    }
    bool ok = true;
    for (size_t i = 0; i < types->count; i++)
        ok &= resolve_type(c, kind, types, types->entries[i].value);
    return ok;
}

bool types_resolve(struct compiler *c)
{
    if (!resolve_data_types(c))
        return false;
    bool ok = resolve_types(c, &node_kind, &c->node_types);
    ok &= resolve_types(c, &relationship_kind, &c->relationship_types);
    return ok;
}

json_t *type_hierarchy(const struct type *type)
{
    json_t *list = json_array();
    for (; list && type; type = type->parent) {
        if (json_array_insert_new(list, 0, json_string(type->name))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

struct plan_type *type_record(struct compiler *c, struct type *type, bool is_node_type)
{
    if (type->record)
        return type->record;
    struct plan_type *record =
        is_node_type ? plan_add_node_type(c->plan) : plan_add_relationship_type(c->plan);
    if (!record) {
        compiler_nomem(c);
        return NULL;
    }
    record->name = plan_text(c->plan, type->name);
    record->hierarchy = plan_keep(c->plan, type_hierarchy(type));
    if (!record->name || !record->hierarchy) {
        compiler_nomem(c);
        return NULL;
    }
    plan_type_classify(record);
    type->record = record;
    return record;
}

void types_release(struct compiler *c)
{
    map_release(&c->node_types);
    map_release(&c->relationship_types);
}
