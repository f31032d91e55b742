/* groups.c - groups, their policies and triggers, and policies of scaling (dsl.md 7). */
#include <string.h>

#include "dsl/plan_internal.h"
#include "dsl/scalable.h"
#include "dsl/types.h"

static const char scaling_policy[] = "cloudify.policies.scaling";

/* One entry of a section, made into `{...}`, new; NULL: reported. */
typedef json_t *compile_entry(struct compiler *c, const struct entry *entry, const char *subject,
                              const struct path *path);

/* All entries of a section; NULL where one has failed. */
static json_t *compile_section(struct compiler *c, enum section which, const char *key,
                               const char *kind, compile_entry *compile)
{
    const struct map *section = &c->sections[which];
    struct path above = {NULL, key, 0};
    bool ok = true;
    json_t *result = plan_keep(c->plan, json_object());
    if (!result)
        compiler_nomem(c);
    for (size_t i = 0; result && i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        json_t *made = compile(c, entry, compiler_subject(c, kind, entry->name), &path);
        ok &= made && !json_object_set_new(result, entry->name, made);
    }
    return ok ? result : NULL;
}

static json_t *compile_kind(struct compiler *c, const struct entry *entry, const char *subject,
                            const struct path *path, const char *key)
{
    struct path below = {path, key, 0};
    json_t *schemas =
        compiler_read_properties(c, subject, field_of(entry->value, key), NULL, &below);
    return schemas ? json_pack("{s:O, s:s}", key, schemas, "source",
                               field_string(entry->value, "source", ""))
                   : NULL;
}

static json_t *compile_policy_type(struct compiler *c, const struct entry *entry,
                                   const char *subject, const struct path *path)
{
    return compile_kind(c, entry, subject, path, "properties");
}

static json_t *compile_policy_trigger(struct compiler *c, const struct entry *entry,
                                      const char *subject, const struct path *path)
{
    return compile_kind(c, entry, subject, path, "parameters");
}

/* members */

static bool is_member(struct compiler *c, const char *name)
{
    return compiler_entry(c, SECTION_NODE_TEMPLATES, name) ||
           compiler_entry(c, SECTION_GROUPS, name);
}

static bool unknown_member(struct compiler *c, const char *subject, const struct yaml_node *node,
                           const struct path *path)
{
    const char *name = yaml_string(node);
    const char *hint = compiler_hint_from(c, name, &c->sections[SECTION_NODE_TEMPLATES]);
    if (!hint)
        hint = compiler_hint_from(c, name, &c->sections[SECTION_GROUPS]);
    return compiler_error(c, &code_unknown_member, node, path, hint,
                          "%s: member '%s' is neither a node template nor a group", subject, name);
}

/* The members, each once, new; NULL: reported. */
static json_t *compile_members(struct compiler *c, const struct entry *entry, const char *subject,
                               const struct path *path)
{
    const struct yaml_node *members = field_of(entry->value, "members");
    struct path above = {path, "members", 0};
    struct map seen = {0};
    bool ok = yaml_count(members) || compiler_error(c, &code_schema, members, &above, NULL,
                                                    "%s: it has no members", subject);
    json_t *list = json_array();
    for (size_t i = 0; i < yaml_count(members); i++) {
        const struct yaml_node *node = yaml_item(members, i);
        struct path below = {&above, NULL, i};
        if (!is_member(c, yaml_string(node)))
            ok = unknown_member(c, subject, node, &below);
        else if (!map_has(&seen, yaml_string(node)) &&
                 (!map_set(&seen, yaml_string(node), NULL) ||
                  json_array_append_new(list, json_string(yaml_string(node)))))
            ok = compiler_nomem(c);
    }
    map_release(&seen);
    if (ok && list)
        return list;
    json_decref(list);
    return NULL;
}

/* policies of groups */

/* A policy or a trigger: its type looked up, its values checked. NULL: reported. */
static json_t *values_of_kind(struct compiler *c, const struct entry *entry, const char *subject,
                              const struct path *path, enum section section, const json_t *kinds,
                              const char *key, const struct diagnostic_code *unknown)
{
    const char *type = field_string(entry->value, "type", "");
    struct path type_path = {path, "type", 0}, below = {path, key, 0};
    const json_t *schema = json_object_get(json_object_get(kinds, type), key);
    const struct yaml_node *values = field_of(entry->value, key);
    struct given given = {c, subject, values, entry->at, &below};
    if (!schema) {
        compiler_error(c, unknown, field_of(entry->value, "type"), &type_path,
                       compiler_hint_from(c, type, &c->sections[section]), "%s: unknown type '%s'",
                       subject, type);
        return NULL;
    }
    json_t *plain = values ? compiler_json(c, values) : json_object();
    json_t *built = plain ? given_build(&given, schema, plain, false) : NULL;
    json_decref(plain);
    return built;
}

static json_t *compile_trigger(struct compiler *c, const struct entry *entry, const char *subject,
                               const struct path *path)
{
    json_t *parameters =
        values_of_kind(c, entry, subject, path, SECTION_POLICY_TRIGGERS, c->plan->policy_triggers,
                       "parameters", &code_unknown_trigger_type);
    return parameters ? json_pack("{s:s, s:O}", "type", field_string(entry->value, "type", ""),
                                  "parameters", parameters)
                      : NULL;
}

/* The values of a map, each made into an object; new, NULL: reported. */
static json_t *compile_map(struct compiler *c, const struct yaml_node *map, const char *owner,
                           const char *kind, const struct path *above, compile_entry *compile)
{
    bool ok = true;
    json_t *result = json_object();
    for (size_t i = 0; map && i < yaml_count(map); i++) {
        const struct yaml_node *key = yaml_key(map, i);
        struct entry entry = {.name = yaml_text(key), .at = key, .value = yaml_value(map, i)};
        struct path path = {above, entry.name, 0};
        struct strbuf subject = STRBUF_INIT;
        strbuf_addf(&subject, "%s: %s '%s'", owner, kind, entry.name);
        json_t *made = compile(c, &entry, subject.text, &path);
        strbuf_release(&subject);
        ok &= made && !json_object_set_new(result, entry.name, made);
    }
    if (ok)
        return result;
    json_decref(result);
    return NULL;
}

static json_t *compile_group_policy(struct compiler *c, const struct entry *entry,
                                    const char *subject, const struct path *path)
{
    struct path below = {path, "triggers", 0};
    json_t *properties =
        values_of_kind(c, entry, subject, path, SECTION_POLICY_TYPES, c->plan->policy_types,
                       "properties", &code_unknown_policy_type);
    json_t *triggers = compile_map(c, field_of(entry->value, "triggers"), subject, "trigger",
                                   &below, compile_trigger);
    if (properties && triggers)
        return json_pack("{s:s, s:O, s:o}", "type", field_string(entry->value, "type", ""),
                         "properties", properties, "triggers", triggers);
    json_decref(triggers);
    return NULL;
}

static json_t *compile_group(struct compiler *c, const struct entry *entry, const char *subject,
                             const struct path *path)
{
    struct path below = {path, "policies", 0};
    if (compiler_entry(c, SECTION_NODE_TEMPLATES, entry->name)) {
        compiler_error(c, &code_group_named_as_node, entry->at, path, NULL,
                       "%s: there is a node template of the same name", subject);
        return NULL;
    }
    json_t *members = compile_members(c, entry, subject, path);
    json_t *policies = compile_map(c, field_of(entry->value, "policies"), subject, "policy", &below,
                                   compile_group_policy);
    if (members && policies)
        return json_pack("{s:o, s:o}", "members", members, "policies", policies);
    json_decref(members);
    json_decref(policies);
    return NULL;
}

/* policies of scaling */

static bool check_targets(struct compiler *c, const struct entry *entry, const char *subject,
                          const struct path *path)
{
    const struct yaml_node *targets = field_of(entry->value, "targets");
    struct path above = {path, "targets", 0};
    bool ok = yaml_count(targets) || compiler_error(c, &code_policy_without_targets, targets,
                                                    &above, NULL, "%s: it has no targets", subject);
    for (size_t i = 0; i < yaml_count(targets); i++) {
        const struct yaml_node *node = yaml_item(targets, i);
        struct path below = {&above, NULL, i};
        if (!compiler_entry(c, SECTION_GROUPS, yaml_string(node)))
            ok = compiler_error(
                c, &code_policy_target, node, &below,
                compiler_hint_from(c, yaml_string(node), &c->sections[SECTION_GROUPS]),
                "%s: its target '%s' is not a group", subject, yaml_string(node));
    }
    return ok;
}

static json_t *compile_policy(struct compiler *c, const struct entry *entry, const char *subject,
                              const struct path *path)
{
    const char *type = field_string(entry->value, "type", "");
    struct path below = {path, "properties", 0}, type_path = {path, "type", 0};
    struct scalable_owner owner = {c, subject, entry->at, &below};
    if (strcmp(type, scaling_policy)) {
        compiler_error(c, &code_policy_type, field_of(entry->value, "type"), &type_path, NULL,
                       "%s: its type must be '%s', not '%s'", subject, scaling_policy, type);
        return NULL;
    }
    bool ok = check_targets(c, entry, subject, path);
    json_t *properties = scalable_compile(&owner, field_of(entry->value, "properties"), NULL);
    if (!ok || !properties)
        return NULL;
    return json_pack("{s:s, s:O, s:o}", "type", type, "properties", properties, "targets",
                     compiler_json(c, field_of(entry->value, "targets")));
}

bool compile_groups(struct compiler *c)
{
    struct plan *plan = c->plan;
    plan->policy_types = compile_section(c, SECTION_POLICY_TYPES, "policy_types", "policy type",
                                         compile_policy_type);
    plan->policy_triggers = compile_section(c, SECTION_POLICY_TRIGGERS, "policy_triggers",
                                            "policy trigger", compile_policy_trigger);
    if (!plan->policy_types || !plan->policy_triggers)
        return false;
    plan->groups = compile_section(c, SECTION_GROUPS, "groups", "group", compile_group);
    plan->policies = compile_section(c, SECTION_POLICIES, "policies", "policy", compile_policy);
    return plan->groups && plan->policies;
}
