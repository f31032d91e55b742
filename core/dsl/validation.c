/* validation.c - see validation.h. */
#include "dsl/validation.h"

#include <string.h>

#include "base/strbuf.h"
#include "dsl/compiler.h"
#include "dsl/plan_internal.h"

static json_t *source_input(void *data, const char *name, struct error *err)
{
    (void)err;
    const struct plan *plan = data;
    return json_incref(json_object_get(plan->inputs, name));
}

static json_t *source_properties(void *data, const char *id, struct error *err)
{
    (void)err;
    const struct plan_node *node = plan_find_node(data, id);
    return node ? json_incref(node->properties) : NULL;
}

struct value_source plan_value_source(struct plan *plan)
{
    return (struct value_source){
        .data = plan, .input = source_input, .node_properties = source_properties};
}

int plan_language_version(const struct plan *plan)
{
    size_t length = strlen(plan->version);
    return 100 + (length ? plan->version[length - 1] - '0' : 0);
}

const struct diagnostic_code *function_code(enum function_problem problem)
{
    switch (problem) {
    case FUNCTION_PROBLEM_UNKNOWN_INPUT:
        return &code_unknown_input;
    case FUNCTION_PROBLEM_VERSION:
        return &code_needs_version;
    case FUNCTION_PROBLEM_UNSUPPORTED:
        return &code_unsupported;
    default:
        return &code_function;
    }
}

/* A check under way: where the values stand that are being looked at. */
struct check {
    struct compiler *c;
    struct value_source source;
    struct function_scope scope;
    const struct yaml_node *at;
    const struct path *path;
};

/* Name the first argument of the first call of `function` in `value` that is not `known`. */
static const char *unknown_argument(const json_t *value, const char *function,
                                    bool (*known)(const struct plan *plan, const char *name),
                                    const struct plan *plan)
{
    const char *key, *found = NULL;
    json_t *item;
    size_t i;
    if (function_is_call(value) && !strcmp(function_name(value), function)) {
        const json_t *argument = json_object_get(value, function);
        if (json_is_array(argument))
            argument = json_array_get(argument, 0);
        found = json_string_value(argument);
        if (found && !known(plan, found))
            return found;
        found = NULL;
    }
    json_object_foreach((json_t *)value, key, item) found =
        found ? found : unknown_argument(item, function, known, plan);
    json_array_foreach((json_t *)value, i, item) found =
        found ? found : unknown_argument(item, function, known, plan);
    return found;
}

static bool is_input(const struct plan *plan, const char *name)
{
    return json_object_get(plan->inputs, name);
}

static bool is_node(const struct plan *plan, const char *name)
{
    return !strcmp(name, "SELF") || !strcmp(name, "SOURCE") || !strcmp(name, "TARGET") ||
           plan_find_node(plan, name);
}

static const char *hint_for(struct compiler *c, const json_t *value, enum function_problem problem)
{
    const char *name = NULL;
    enum section section = SECTION_NODE_TEMPLATES;
    if (problem == FUNCTION_PROBLEM_UNKNOWN_INPUT) {
        name = unknown_argument(value, "get_input", is_input, c->plan);
        section = SECTION_INPUTS;
    } else if (problem == FUNCTION_PROBLEM_UNKNOWN_NODE) {
        name = unknown_argument(value, "get_attribute", is_node, c->plan);
        if (!name)
            name = unknown_argument(value, "get_property", is_node, c->plan);
    }
    return name ? compiler_hint_from(c, name, &c->sections[section]) : NULL;
}

static bool check_value(const struct check *check, const json_t *value, const char *path)
{
    struct error err = {0};
    enum function_problem problem = FUNCTION_PROBLEM_NONE;
    struct function_scope scope = check->scope;
    scope.path = path;
    if (functions_validate(value, &scope, &check->source, plan_language_version(check->c->plan),
                           &problem, &err))
        return true;
    if (err.code == ERROR_NOMEM)
        return compiler_nomem(check->c);
    return compiler_error(check->c, function_code(problem), check->at, check->path,
                          hint_for(check->c, value, problem), "%s", err.text);
}

/* Each value of an object on its own, so that an error is found at its key. */
static bool check_object(const struct check *check, const json_t *object,
                         const struct yaml_node *node, const char *prefix)
{
    bool ok = true;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!functions_contain(value))
            continue;
        struct strbuf path = STRBUF_INIT;
        struct path below = {check->path, key, 0};
        struct check one = *check;
        const struct yaml_node *given = field_of(node, key);
        one.at = given ? given : check->at;
        one.path = &below;
        strbuf_addf(&path, "%s.%s", prefix, key);
        ok &= check_value(&one, value, path.text);
        strbuf_release(&path);
    }
    return ok;
}

static bool check_operations(const struct check *check, const struct operation_set *set,
                             const char *node, const char *part)
{
    bool ok = true;
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        if (!operation->has_functions)
            continue;
        struct strbuf path = STRBUF_INIT;
        strbuf_addf(&path, "nodes.%s.%s.%s.inputs", node, part, operation->name);
        ok &= check_object(check, operation->inputs, NULL, path.text);
        strbuf_release(&path);
    }
    return ok;
}

static bool check_relationships(const struct check *node_check, const struct plan_node *node)
{
    struct check check = *node_check;
    const struct plan *plan = check.c->plan;
    bool ok = true;
    for (size_t i = 0; i < node->relationship_count; i++) {
        const struct plan_relationship *r = &node->relationships[i];
        check.scope = (struct function_scope){.kind = FUNCTION_SCOPE_RELATIONSHIP,
                                              .source_node = node->id,
                                              .target_node = plan->nodes[r->target].id};
        ok &= check_operations(&check, r->source_operations, node->id, r->type->name);
        ok &= check_operations(&check, r->target_operations, node->id, r->type->name);
    }
    return ok;
}

static bool check_properties(const struct check *check, const struct plan_node *node,
                             const struct yaml_node *written)
{
    if (!functions_contain(node->properties))
        return true;
    struct strbuf prefix = STRBUF_INIT;
    strbuf_addf(&prefix, "nodes.%s.properties", node->id);
    bool ok = check_object(check, node->properties, written, prefix.text);
    strbuf_release(&prefix);
    return ok;
}

static bool check_node(struct compiler *c, const struct plan_node *node)
{
    const struct entry *entry = compiler_entry(c, SECTION_NODE_TEMPLATES, node->id);
    struct path section = {NULL, "node_templates", 0}, path = {&section, node->id, 0},
                properties = {&path, "properties", 0};
    struct check check = {.c = c,
                          .source = plan_value_source(c->plan),
                          .scope = {.kind = FUNCTION_SCOPE_NODE, .node = node->id},
                          .at = entry->at,
                          .path = &properties};
    bool ok = check_properties(&check, node, field_of(entry->value, "properties"));
    check.path = &path;
    ok &= check_operations(&check, node->operations, node->id, "operations");
    return check_relationships(&check, node) && ok;
}

static bool check_named(struct compiler *c, enum section which, const char *key,
                        const json_t *values, enum function_scope_kind kind)
{
    const struct map *section = &c->sections[which];
    struct path above = {NULL, key, 0};
    bool ok = true;
    for (size_t i = 0; i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        struct check check = {.c = c,
                              .source = plan_value_source(c->plan),
                              .scope = {.kind = kind},
                              .at = entry->at,
                              .path = &path};
        struct strbuf prefix = STRBUF_INIT;
        strbuf_addf(&prefix, "%s.%s", key, entry->name);
        ok &= check_object(&check, json_object_get(values, entry->name), entry->value, prefix.text);
        strbuf_release(&prefix);
    }
    return ok;
}

/* Add the arguments of all calls in `value` that ask for what must be there before a deployment
 * is made. @return false: no memory */
static bool collect_requirements(const json_t *value, json_t *requirements)
{
    const char *key, *name = function_is_call(value) ? function_name(value) : "";
    const char *list = !strcmp(name, "get_secret")                   ? "secrets"
                       : !strcmp(name, "get_environment_capability") ? "parent_capabilities"
                                                                     : NULL;
    json_t *item;
    size_t i;
    bool ok = true;
    if (list) {
        json_t *argument = json_object_get(value, name);
        json_t *entry = *list == 'p' && !json_is_array(argument) ? json_pack("[O]", argument)
                                                                 : json_incref(argument);
        ok = !json_array_append_new(json_object_get(requirements, list), entry);
    }
    json_object_foreach((json_t *)value, key, item) ok &= collect_requirements(item, requirements);
    json_array_foreach((json_t *)value, i, item) ok &= collect_requirements(item, requirements);
    return ok;
}

static bool collect_from_set(const struct operation_set *set, json_t *requirements)
{
    bool ok = true;
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i]->has_functions)
            ok &= collect_requirements(set->items[i]->inputs, requirements);
    }
    return ok;
}

static bool find_requirements(struct compiler *c)
{
    struct plan *plan = c->plan;
    json_t *found = json_pack("{s:[], s:[]}", "parent_capabilities", "secrets");
    plan->requirements = found ? plan_keep(plan, found) : NULL;
    bool ok = plan->requirements;
    for (size_t i = 0; ok && i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        ok = collect_requirements(node->properties, found) &&
             collect_from_set(node->operations, found);
        for (size_t j = 0; ok && j < node->relationship_count; j++)
            ok = collect_from_set(node->relationships[j].source_operations, found) &&
                 collect_from_set(node->relationships[j].target_operations, found);
    }
    ok = ok && collect_requirements(plan->outputs, found) &&
         collect_requirements(plan->capabilities, found) &&
         collect_requirements(plan->labels, found) &&
         collect_requirements(plan->deployment_settings, found);
    return ok || compiler_nomem(c);
}

bool validate_functions(struct compiler *c)
{
    struct plan *plan = c->plan;
    bool ok = true;
    for (size_t i = 0; i < plan->operation_count; i++)
        plan->operations[i]->has_functions = functions_contain(plan->operations[i]->inputs);
    for (size_t i = 0; i < plan->node_count; i++)
        ok &= check_node(c, &plan->nodes[i]);
    ok &= check_named(c, SECTION_OUTPUTS, "outputs", plan->outputs, FUNCTION_SCOPE_OUTPUTS);
    ok &= check_named(c, SECTION_POLICIES, "policies", plan->policies, FUNCTION_SCOPE_POLICIES);
    ok &= check_named(c, SECTION_CAPABILITIES, "capabilities", plan->capabilities,
                      FUNCTION_SCOPE_CAPABILITIES);
    ok &= check_named(c, SECTION_LABELS, "labels", plan->labels, FUNCTION_SCOPE_LABELS);
    ok &= check_named(c, SECTION_DEPLOYMENT_SETTINGS, "deployment_settings",
                      plan->deployment_settings, FUNCTION_SCOPE_DEPLOYMENT_SETTINGS);
    return ok && find_requirements(c);
}
