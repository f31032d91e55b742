/* relationships.c - the relationships of node templates, and their types (dsl.md 5.1, 6). */
#include <string.h>

#include "base/json.h"
#include "dsl/node_template.h"
#include "dsl/operations.h"
#include "dsl/plan_internal.h"
#include "dsl/types.h"

static bool find_target(const struct node_template *t, const struct yaml_node *node,
                        const struct path *path, struct plan_relationship *relationship)
{
    const char *target = field_string(node, "target", "");
    const struct map *templates = &t->c->sections[SECTION_NODE_TEMPLATES];
    struct path below = {path, "target", 0};
    if (!strcmp(target, t->node->id))
        return compiler_error(t->c, &code_relationship_to_self, field_of(node, "target"), &below,
                              NULL, "%s: a relationship to itself", t->subject);
    const struct plan_node *found = plan_find_node(t->c->plan, target);
    if (!found)
        return compiler_error(t->c, &code_unknown_target, field_of(node, "target"), &below,
                              compiler_hint_from(t->c, target, templates),
                              "%s: unknown relationship target '%s'", t->subject, target);
    relationship->target = found->index;
    return true;
}

static struct type *find_relationship_type(const struct node_template *t,
                                           const struct yaml_node *node, const struct path *path)
{
    const char *name = field_string(node, "type", "");
    struct path below = {path, "type", 0};
    struct type *type = map_get(&t->c->relationship_types, name);
    if (!type)
        compiler_error(t->c, &code_unknown_relationship_type, field_of(node, "type"), &below,
                       compiler_type_hint(t->c, name, &t->c->relationship_types),
                       "%s: unknown relationship type '%s'", t->subject, name);
    return type;
}

static bool compile_side(const struct node_template *t, struct type *type, int side,
                         const struct yaml_node *node, const struct path *path,
                         const struct operation_set **set)
{
    static const char *const keys[] = {"source_interfaces", "target_interfaces"};
    struct path below = {path, keys[side], 0};
    struct operation_owner owner = {t->subject, t->entry->at, &below,
                                    &code_unresolved_relationship_operation};
    *set = operations_compile(t->c, type, side, field_of(node, keys[side]), &owner);
    return *set;
}

static bool compile_relationship(const struct node_template *t, const struct yaml_node *node,
                                 const struct path *path, struct plan_relationship *relationship)
{
    struct type *type = find_relationship_type(t, node, path);
    if (!find_target(t, node, path, relationship) || !type)
        return false;
    const struct yaml_node *properties = field_of(node, "properties");
    struct path below = {path, "properties", 0};
    struct given given = {t->c, t->subject, properties, t->entry->at, &below};
    relationship->type = type_record(t->c, type, false);
    if (!properties && type->defaults) {
        relationship->properties = type->defaults;
    } else {
        json_t *values = properties ? compiler_json(t->c, properties) : json_object();
        relationship->properties =
            values ? given_build(&given, type->properties, values, false) : NULL;
        json_decref(values);
        if (!properties)
            type->defaults = relationship->properties;
    }
    bool ok = compile_side(t, type, SIDE_SOURCE, node, path, &relationship->source_operations);
    ok &= compile_side(t, type, SIDE_TARGET, node, path, &relationship->target_operations);
    return ok && relationship->type && relationship->properties;
}

static bool check_containers(const struct node_template *t, const struct yaml_node *list)
{
    size_t containers = 0;
    for (size_t i = 0; i < t->node->relationship_count; i++)
        containers += t->node->relationships[i].type->is_contained_in;
    struct path path = {t->path, "relationships", 0};
    return containers < 2 ||
           compiler_error(t->c, &code_two_containers, list, &path, NULL,
                          "%s: it is contained in %zu nodes, at most one is possible", t->subject,
                          containers);
}

static bool declares_operation(const struct entry *target, const char *operation)
{
    const struct yaml_node *interfaces = field_of(target->value, "interfaces");
    const struct yaml_node *lifecycle = field_of(interfaces, "cloudify.interfaces.lifecycle");
    return lifecycle && yaml_kind(lifecycle) == YAML_MAP && yaml_find(lifecycle, operation);
}

/* dsl.md 6: what depends on a lifecycle operation names one that its target itself declares. */
static bool check_lifecycle(const struct node_template *t, const struct yaml_node *node,
                            const struct plan_relationship *relationship, const struct path *path)
{
    if (strcmp(relationship->type->name, "cloudify.relationships.depends_on_lifecycle_operation"))
        return true;
    const char *operation = json_string_at(relationship->properties, "operation", NULL);
    const char *target = field_string(node, "target", "");
    if (!operation)
        return compiler_error(t->c, &code_lifecycle_operation_missing, node, path, NULL,
                              "%s: the relationship's property 'operation' is missing", t->subject);
    return declares_operation(compiler_entry(t->c, SECTION_NODE_TEMPLATES, target), operation) ||
           compiler_error(t->c, &code_lifecycle_operation_unknown, node, path, NULL,
                          "%s: node template '%s' does not declare the lifecycle operation '%s'",
                          t->subject, target, operation);
}

static bool compile_list(const struct node_template *t, const struct yaml_node *list)
{
    struct path above = {t->path, "relationships", 0};
    bool ok = true;
    for (size_t i = 0; list && i < yaml_count(list); i++) {
        struct plan_relationship *relationship =
            &t->node->relationships[t->node->relationship_count];
        struct path path = {&above, NULL, i};
        const struct yaml_node *node = yaml_item(list, i);
        bool compiled = compile_relationship(t, node, &path, relationship);
        relationship->mark = plan_mark_new(t->c->plan, node);
        t->node->relationship_count += compiled;
        ok &= compiled && check_lifecycle(t, node, relationship, &path);
    }
    return ok;
}

bool template_compile_relationships(const struct node_template *t)
{
    const struct yaml_node *list = field_of(t->entry->value, "relationships");
    size_t count = list && !t->entry->parts ? yaml_count(list) : 0;
    const struct entry_part *part;
    for (part = t->entry->parts; part; part = part->next) {
        const struct yaml_node *more = field_of(part->value, "relationships");
        count += more ? yaml_count(more) : 0;
    }
    t->node->relationships = plan_alloc(t->c->plan, count * sizeof *t->node->relationships);
    if (!t->node->relationships)
        return compiler_nomem(t->c);
    bool ok = t->entry->parts || compile_list(t, list);
    for (part = t->entry->parts; part; part = part->next)
        ok &= compile_list(t, field_of(part->value, "relationships"));
    return check_containers(t, list ? list : t->entry->at) && ok;
}

/* ---- types ---- */

static json_t *describe_relationship_type(struct compiler *c, const struct type *type)
{
    return json_pack("{s:s*, s:O, s:o, s:o, s:s, s:o}", "derived_from",
                     field_string(type->entry->value, "derived_from", NULL), "properties",
                     type->properties, "source_interfaces",
                     interfaces_describe(c, &type->interfaces[SIDE_SOURCE]), "target_interfaces",
                     interfaces_describe(c, &type->interfaces[SIDE_TARGET]), "name", type->name,
                     "type_hierarchy", type_hierarchy(type));
}

/* All of them are in the plan, used or not. */
static bool describe_relationship_types(struct compiler *c)
{
    json_t *result = plan_keep(c->plan, json_object());
    c->plan->relationships = result;
    for (size_t i = 0; result && i < c->relationship_types.count; i++) {
        const struct type *type = c->relationship_types.entries[i].value;
        if (json_object_set_new(result, type->name, describe_relationship_type(c, type)))
            return compiler_nomem(c);
    }
    return result || compiler_nomem(c);
}

static bool check_relationship_types(struct compiler *c)
{
    bool ok = true;
    struct path above = {NULL, "relationships", 0};
    for (size_t i = 0; i < c->relationship_types.count; i++) {
        const struct type *type = c->relationship_types.entries[i].value;
        struct path path = {&above, type->name, 0};
        struct operation_owner owner = {compiler_subject(c, "relationship type", type->name),
                                        type->entry->at, &path,
                                        &code_unresolved_relationship_operation};
        if (type->entry->document->is_builtin)
            continue;
        ok &= operations_check_type(c, type, SIDE_SOURCE, &owner);
        ok &= operations_check_type(c, type, SIDE_TARGET, &owner);
    }
    return ok;
}

bool compile_relationship_types(struct compiler *c)
{
    return describe_relationship_types(c) && check_relationship_types(c);
}
