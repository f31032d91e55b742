/* sections.c - see sections.h. */
#include "dsl/sections.h"

#include <string.h>

#include "base/json.h"
#include "dsl/compiler.h"
#include "dsl/namespace.h"
#include "dsl/strict.h"

static const struct section_rule {
    const char *key;
    bool needs_1_3;  /* before that version only one file may have it */
    bool is_single;  /* only one file may have it */
    bool first_wins; /* an entry met again is left out without an error */
} rules[SECTION_COUNT] = {
    [SECTION_INPUTS] = {.key = "inputs", .needs_1_3 = true},
    [SECTION_DATA_TYPES] = {.key = "data_types"},
    [SECTION_PLUGINS] = {.key = "plugins"},
    [SECTION_NODE_TYPES] = {.key = "node_types"},
    [SECTION_RELATIONSHIPS] = {.key = "relationships"},
    [SECTION_NODE_TEMPLATES] = {.key = "node_templates", .needs_1_3 = true},
    [SECTION_WORKFLOWS] = {.key = "workflows"},
    [SECTION_OUTPUTS] = {.key = "outputs", .needs_1_3 = true},
    [SECTION_CAPABILITIES] = {.key = "capabilities", .needs_1_3 = true},
    [SECTION_GROUPS] = {.key = "groups"},
    [SECTION_POLICIES] = {.key = "policies", .is_single = true},
    [SECTION_POLICY_TYPES] = {.key = "policy_types"},
    [SECTION_POLICY_TRIGGERS] = {.key = "policy_triggers"},
    [SECTION_LABELS] = {.key = "labels", .needs_1_3 = true, .first_wins = true},
    [SECTION_BLUEPRINT_LABELS] = {.key = "blueprint_labels", .needs_1_3 = true, .first_wins = true},
    [SECTION_RESOURCE_TAGS] = {.key = "resource_tags", .needs_1_3 = true, .first_wins = true},
    [SECTION_DEPLOYMENT_SETTINGS] = {.key = "deployment_settings", .is_single = true},
};

/* Names that are the same in all namespaces are those of whoever gives them last. What else the
 * built-in types give may be given anew, by the main file or an import (dsl.md 2.6). */
static bool may_replace(const struct compiler *c, const struct entry *old,
                        const struct entry *entry, bool *keep_old)
{
    bool is_global = namespace_is_global(entry->name);
    *keep_old = !is_global && (old->document == c->documents[0] || entry->document->is_builtin);
    return is_global || old->document->is_builtin || entry->document->is_builtin;
}

static bool conflict(struct compiler *c, enum section section, const struct entry *old,
                     const struct entry *entry, const struct path *path)
{
    struct yaml_mark first = yaml_mark(old->at);
    return compiler_error(c, &code_entry_conflict, entry->at, path, NULL,
                          "'%s' of '%s' is also defined at %s:%d", entry->name, rules[section].key,
                          first.file, first.line);
}

static bool add_part(struct compiler *c, struct entry *entry, const struct yaml_node *value)
{
    struct entry_part **last = &entry->parts;
    struct entry_part *part = compiler_alloc(c, sizeof *part);
    if (!part)
        return false;
    part->value = value;
    while (*last)
        last = &(*last)->next;
    *last = part;
    return true;
}

static bool has_relationships_alone(const struct yaml_node *value)
{
    return value && yaml_kind(value) == YAML_MAP && yaml_count(value) == 1 &&
           yaml_find(value, "relationships");
}

/* Whether the definitions of `old` and `entry` complete each other (dsl.md 2.6). */
static bool can_join(enum section section, const struct entry *old, const struct entry *entry)
{
    if (!old->value || !entry->value || yaml_kind(old->value) != YAML_MAP ||
        yaml_kind(entry->value) != YAML_MAP)
        return false;
    if (section == SECTION_WORKFLOWS)
        return true;
    return section == SECTION_NODE_TEMPLATES &&
           ((has_relationships_alone(old->value) && yaml_find(entry->value, "type")) ||
            (has_relationships_alone(entry->value) && yaml_find(old->value, "relationships")));
}

static bool join(struct compiler *c, enum section section, struct entry *old,
                 const struct entry *entry)
{
    if ((!old->parts && !add_part(c, old, old->value)) || !add_part(c, old, entry->value))
        return false;
    if (section == SECTION_NODE_TEMPLATES && has_relationships_alone(old->value)) {
        old->value = entry->value;
        old->at = entry->at;
    }
    return true;
}

static bool add_entry(struct compiler *c, enum section section, struct entry *entry,
                      const struct path *path)
{
    struct map *map = &c->sections[section];
    struct entry *old = map_get(map, entry->name);
    bool keep_old = false;
    if (old && rules[section].first_wins) {
        strict_check_shadowed(c, rules[section].key, old, entry, path);
        return true;
    }
    if (old && !may_replace(c, old, entry, &keep_old))
        return can_join(section, old, entry) ? join(c, section, old, entry)
                                             : conflict(c, section, old, entry, path);
    if (old)
        strict_check_shadowed(c, rules[section].key, old, entry, path);
    if (old && keep_old)
        return true;
    return map_set(map, entry->name, entry) || compiler_nomem(c);
}

static bool merge_section(struct compiler *c, enum section section, const struct document *document,
                          const struct yaml_node *node)
{
    bool ok = true;
    struct path above = {NULL, rules[section].key, 0};
    for (size_t i = 0; i < yaml_count(node); i++) {
        struct entry *entry = compiler_alloc(c, sizeof *entry);
        if (!entry)
            return false;
        const struct yaml_node *value = yaml_value(node, i);
        const struct yaml_node *key = yaml_key(node, i);
        *entry = (struct entry){.name = yaml_text(key),
                                .at = key,
                                .value = yaml_kind(value) == YAML_NULL ? NULL : value,
                                .document = document};
        struct path path = {&above, entry->name, 0};
        ok &= add_entry(c, section, entry, &path);
    }
    return ok;
}

static bool merge_sections(struct compiler *c, const struct document *document)
{
    bool ok = true;
    for (enum section s = 0; s < SECTION_COUNT; s++) {
        const struct yaml_node *node = field_of(document->root, rules[s].key);
        if (!node || yaml_kind(node) != YAML_MAP) /* a wrong kind is reported with the elements */
            continue;
        struct path path = {NULL, rules[s].key, 0};
        if (rules[s].is_single && c->sections[s].count)
            ok = compiler_error(c, &code_section_conflict, node, &path, NULL,
                                "'%s' may be given in one file only", rules[s].key);
        else if (rules[s].needs_1_3 && !compiler_has_version(c, 3) && c->sections[s].count &&
                 yaml_count(node))
            ok = compiler_error(c, &code_section_conflict, node, &path, NULL,
                                "'%s' is given in several files, which needs cloudify_dsl_1_3",
                                rules[s].key);
        else
            ok &= merge_section(c, s, document, node);
    }
    return ok;
}

/* The blueprints that went into a file which was itself merged out of several. */
static bool merge_imported(struct compiler *c, const struct yaml_node *root)
{
    const struct yaml_node *ids = field_of(root, "imported_blueprints");
    const struct yaml_node *mapping = field_of(root, "namespaces_mapping");
    bool ok = true;
    for (size_t i = 0; ids && i < yaml_count(ids) && yaml_kind(ids) == YAML_LIST; i++) {
        const char *id = yaml_string(yaml_item(ids, i));
        ok &= !id || json_has_string(c->plan->imported_blueprints, id) ||
              !json_array_append_new(c->plan->imported_blueprints, json_string(id));
    }
    for (size_t i = 0; mapping && i < yaml_count(mapping) && yaml_kind(mapping) == YAML_MAP; i++)
        ok &= !json_object_set_new(c->plan->namespaces_mapping, yaml_text(yaml_key(mapping, i)),
                                   compiler_json(c, yaml_value(mapping, i)));
    return ok || compiler_nomem(c);
}

bool compiler_merge(struct compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->document_count; i++) {
        const struct yaml_node *root = c->documents[i]->root;
        ok &= merge_sections(c, c->documents[i]) && merge_imported(c, root);
        if (!c->description)
            c->description = field_of(root, "description");
        if (!c->metadata)
            c->metadata = field_of(root, "metadata");
    }
    return ok;
}

void compiler_free_sections(struct compiler *c)
{
    for (enum section s = 0; s < SECTION_COUNT; s++)
        map_release(&c->sections[s]);
}
