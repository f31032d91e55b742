/* nodes.c - node templates to nodes: properties, operations, relationships, hosts, numbers of
 * instances (dsl.md 6). */
#include <string.h>

#include "base/json.h"
#include "dsl/operations.h"
#include "dsl/plan_internal.h"
#include "dsl/scalable.h"
#include "dsl/types.h"

/* One node template under way. */
struct template
{
    struct compiler *c;
    const struct entry *entry;
    struct plan_node *node;
    const char *subject;
    const struct path *path;
};

static bool compile_properties(const struct template *t, struct type *type)
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

/* relationships */

static bool find_target(const struct template *t, const struct yaml_node *node,
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

static struct type *find_relationship_type(const struct template *t, const struct yaml_node *node,
                                           const struct path *path)
{
    const char *name = field_string(node, "type", "");
    struct path below = {path, "type", 0};
    struct type *type = map_get(&t->c->relationship_types, name);
    if (!type)
        compiler_error(t->c, &code_unknown_relationship_type, field_of(node, "type"), &below,
                       compiler_hint_from(t->c, name, &t->c->relationship_types),
                       "%s: unknown relationship type '%s'", t->subject, name);
    return type;
}

static bool compile_side(const struct template *t, struct type *type, int side,
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

static bool compile_relationship(const struct template *t, const struct yaml_node *node,
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

static bool check_containers(const struct template *t, const struct yaml_node *list)
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
static bool check_lifecycle(const struct template *t, const struct yaml_node *node,
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

static bool compile_list(const struct template *t, const struct yaml_node *list)
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

static bool compile_relationships(const struct template *t)
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

static bool compile_scalable(const struct template *t, json_t **plain)
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

static struct type *find_type(const struct template *t)
{
    const char *name = field_string(t->entry->value, "type", "");
    struct path path = {t->path, "type", 0};
    struct type *type = map_get(&t->c->node_types, name);
    if (!field_of(t->entry->value, "type"))
        compiler_error(t->c, &code_missing_key, t->entry->value ? t->entry->value : t->entry->at,
                       t->path, NULL, "%s: 'type' is missing", t->subject);
    else if (!type)
        compiler_error(t->c, &code_unknown_node_type, field_of(t->entry->value, "type"), &path,
                       compiler_hint_from(t->c, name, &t->c->node_types), "%s: unknown type '%s'",
                       t->subject, name);
    return type;
}

static bool compile_template(const struct template *t, json_t **plain_scalable)
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
    ok &= compile_relationships(t);
    return ok && t->node->type && t->node->operations;
}

/* Whether following relationships from `node` leads back to it: states 1 under way, 2 done.
 * `chain` links the nodes under way, so that depth costs no stack. */
static bool find_circle(struct compiler *c, size_t start, unsigned char *state, size_t *chain,
                        size_t *next)
{
    struct plan *plan = c->plan;
    size_t depth = 0;
    if (state[start])
        return true;
    chain[0] = start;
    state[start] = 1;
    for (;;) {
        const struct plan_node *node = &plan->nodes[chain[depth]];
        if (next[node->index] == node->relationship_count) {
            state[node->index] = 2;
            if (!depth--)
                return true;
            continue;
        }
        size_t target = node->relationships[next[node->index]++].target;
        if (state[target] == 1) {
            const struct entry *entry = compiler_entry(c, SECTION_NODE_TEMPLATES, node->id);
            struct path above = {NULL, "node_templates", 0}, path = {&above, node->id, 0};
            return compiler_error(c, &code_circular, entry->at, &path, NULL,
                                  "node template '%s': its relationships lead back to itself "
                                  "through '%s'",
                                  node->id, plan->nodes[target].id);
        }
        if (!state[target]) {
            state[target] = 1;
            chain[++depth] = target;
        }
    }
}

static bool check_circles(struct compiler *c)
{
    size_t count = c->plan->node_count;
    unsigned char *state = compiler_alloc(c, count);
    size_t *chain = compiler_alloc(c, (count + 1) * sizeof *chain);
    size_t *next = compiler_alloc(c, count * sizeof *next);
    if (!state || !chain || !next)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!find_circle(c, i, state, chain, next))
            return false;
    }
    return true;
}

/* Up the containment chain, which has no circles, to the first host. */
static long host_of(const struct plan *plan, const struct plan_node *node)
{
    while (!node->type->is_host) {
        const struct plan_relationship *container = NULL;
        for (size_t i = 0; i < node->relationship_count; i++) {
            if (node->relationships[i].type->is_contained_in)
                container = &node->relationships[i];
        }
        if (!container)
            return PLAN_NONE;
        node = &plan->nodes[container->target];
    }
    return (long)node->index;
}

static bool check_hosted(struct compiler *c, const struct plan_node *node,
                         const struct operation_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        if (node->host != PLAN_NONE || !operation->plugin ||
            strcmp(operation->executor, "host_agent"))
            continue;
        const struct entry *entry = compiler_entry(c, SECTION_NODE_TEMPLATES, node->id);
        struct path above = {NULL, "node_templates", 0}, path = {&above, node->id, 0};
        return compiler_error(c, &code_host_agent_without_host, entry->at, &path,
                              "contain it in a node of a type derived from cloudify.nodes.Compute",
                              "node template '%s': operation '%s' runs on a host, but it has none",
                              node->id, operation->name);
    }
    return true;
}

static bool find_hosts(struct compiler *c)
{
    struct plan *plan = c->plan;
    bool ok = true;
    for (size_t i = 0; i < plan->node_count; i++)
        plan->nodes[i].host = host_of(plan, &plan->nodes[i]);
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        ok &= check_hosted(c, node, node->operations);
        for (size_t j = 0; j < node->relationship_count; j++) {
            const struct plan_relationship *r = &node->relationships[j];
            ok &= check_hosted(c, node, r->source_operations) &&
                  check_hosted(c, &plan->nodes[r->target], r->target_operations);
        }
    }
    return ok;
}

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
    bool ok = describe_relationship_types(c) && check_relationship_types(c);
    for (size_t i = 0; i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        struct template t = {c, entry, &c->plan->nodes[i],
                             compiler_subject(c, "node template", entry->name), &path};
        ok &= compile_template(&t, &plain_scalable);
    }
    return ok && check_circles(c) && find_hosts(c);
}
