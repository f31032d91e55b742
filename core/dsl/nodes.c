/* nodes.c - node templates to nodes: type, properties, operations, numbers of instances (dsl.md 6).
 */
#include <string.h>

#include "base/json.h"
#include "dsl/node_template.h"
#include "dsl/operations.h"
#include "dsl/plan_internal.h"
#include "dsl/scalable.h"
#include "dsl/types.h"

static bool compile_properties(const struct node_template *t, struct type *type)
{
    const struct yaml_node *properties = field_of(t->entry->value, "properties");
    struct path path = {t->path, "properties", 0};
    struct given given = {t->c, t->subject, properties, t->entry->at, &path};
    bool is_bare = !properties || !yaml_count(properties);
    if (is_bare && type->defaults) {
        t->node->properties = type->defaults;
        return true;
    }
    json_t *values = properties ? compiler_json(t->c, properties) : json_object();
    t->node->properties = values ? given_build(&given, type->properties, values, false) : NULL;
    json_decref(values);
    if (is_bare)
        type->defaults = t->node->properties;
    return t->node->properties;
}

static bool compile_scalable(const struct node_template *t, json_t **plain)
{
    const struct yaml_node *capabilities = yaml_find(t->entry->value, "capabilities");
    const struct yaml_node *instances = yaml_find(t->entry->value, "instances");
    const struct yaml_node *deploy = field_of(field_of(t->entry->value, "instances"), "deploy");
    const struct yaml_node *properties =
        field_of(field_of(field_of(t->entry->value, "capabilities"), "scalable"), "properties");
    const struct scalable_owner owner = {t->c, t->subject, t->entry->at, t->path};
    bool is_plain = !deploy && !properties;
    if (capabilities && instances)
        return scalable_error(&owner, &code_instances_given_twice, instances, "instances",
                              "and 'capabilities' are both given");
    if (deploy && yaml_integer(deploy) < 0)
        return scalable_error(&owner, &code_schema, deploy, "instances.deploy", "is negative");
    t->node->deploy_given = deploy;
    t->node->scalable = is_plain && *plain ? *plain : scalable_compile(&owner, properties, deploy);
    if (is_plain)
        *plain = t->node->scalable;
    if (!t->node->scalable)
        return false;
    t->node->instance_count = json_integer_at(t->node->scalable, "current_instances", 0);
    return true;
}

static struct type *find_type(const struct node_template *t)
{
    const char *name = field_string(t->entry->value, "type", "");
    struct path path = {t->path, "type", 0};
    struct type *type = map_get(&t->c->node_types, name);
    if (!field_of(t->entry->value, "type"))
        compiler_error(t->c, &code_missing_key, t->entry->value ? t->entry->value : t->entry->at,
                       t->path, NULL, "%s: 'type' is missing", t->subject);
    else if (!type)
        compiler_error(t->c, &code_unknown_node_type, field_of(t->entry->value, "type"), &path,
                       compiler_type_hint(t->c, name, &t->c->node_types), "%s: unknown type '%s'",
                       t->subject, name);
    return type;
}

static bool compile_template(const struct node_template *t, json_t **plain_scalable)
{
    struct path path = {t->path, "interfaces", 0};
    struct operation_owner owner = {t->subject, t->entry->at, &path, &code_unresolved_operation};
    struct type *type = find_type(t);
    bool ok = compile_scalable(t, plain_scalable);
    if (type) {
        t->node->type = type_record(t->c, type, true);
        ok &= compile_properties(t, type);
        t->node->operations = operations_compile(t->c, type, SIDE_NODE,
                                                 field_of(t->entry->value, "interfaces"), &owner);
    }
    ok &= template_compile_relationships(t);
    return ok && t->node->type && t->node->operations;
}

static bool name_nodes(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_NODE_TEMPLATES];
    struct plan *plan = c->plan;
    plan->nodes = plan_alloc(plan, section->count * sizeof *plan->nodes);
    for (size_t i = 0; plan->nodes && i < section->count; i++) {
        plan->nodes[i].id = plan_text(plan, section->entries[i].key);
        const struct entry *entry = section->entries[i].value;
        plan->nodes[i].index = i;
        plan->nodes[i].mark = plan_mark_new(plan, entry->at);
        if (!plan->nodes[i].id)
            return compiler_nomem(c);
    }
    plan->node_count = plan->nodes ? section->count : 0;
    return (plan->nodes && plan_index_nodes(plan)) || compiler_nomem(c);
}

bool compile_nodes(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_NODE_TEMPLATES];
    struct path above = {NULL, "node_templates", 0};
    json_t *plain_scalable = NULL;
    if (!name_nodes(c))
        return false;
    bool ok = compile_relationship_types(c);
    for (size_t i = 0; i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        struct node_template t = {c, entry, &c->plan->nodes[i],
                                  compiler_subject(c, "node template", entry->name), &path};
        ok &= compile_template(&t, &plain_scalable);
    }
    return ok && check_node_circles(c) && find_hosts(c);
}
