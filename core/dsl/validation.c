/* validation.c - see validation.h. */
#include "dsl/validation.h"

#include <string.h>

#include "base/strbuf.h"
#include "dsl/compiler.h"
#include "dsl/plan_internal.h"
#include "dsl/plan_scan.h"

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

static void suggest_input(void *data, struct suggestion *suggestion)
{
    const struct plan *plan = data;
    const char *name;
    json_t *input;
    json_object_foreach(plan->inputs, name, input) suggestion_consider(suggestion, name);
}

static void suggest_node(void *data, struct suggestion *suggestion)
{
    const struct plan *plan = data;
    for (size_t i = 0; i < plan->node_count; i++)
        suggestion_consider(suggestion, plan->nodes[i].id);
}

struct value_source plan_value_source(struct plan *plan)
{
    return (struct value_source){.data = plan,
                                 .input = source_input,
                                 .node_properties = source_properties,
                                 .suggest_input = suggest_input,
                                 .suggest_node = suggest_node};
}

int plan_language_version(const struct plan *plan)
{
    size_t length = strlen(plan->version);
    return 100 + (length ? plan->version[length - 1] - '0' : 0);
}

const struct diagnostic_code *function_code(enum function_problem problem)
{
    static const struct diagnostic_code *const codes[] = {
        [FUNCTION_PROBLEM_NONE] = &code_no_memory,
        [FUNCTION_PROBLEM_ARGUMENTS] = &code_function_arguments,
        [FUNCTION_PROBLEM_SIGNATURE] = &code_function_signature,
        [FUNCTION_PROBLEM_SCOPE] = &code_function_scope,
        [FUNCTION_PROBLEM_VERSION] = &code_function_version,
        [FUNCTION_PROBLEM_UNKNOWN_INPUT] = &code_unknown_input,
        [FUNCTION_PROBLEM_INPUT] = &code_input_evaluation,
        [FUNCTION_PROBLEM_UNKNOWN_NODE] = &code_unknown_node,
        [FUNCTION_PROBLEM_NOT_FOUND] = &code_function_not_found,
        [FUNCTION_PROBLEM_SYSTEM_ENTITY] = &code_unknown_system_entity,
        [FUNCTION_PROBLEM_SYSTEM_PROPERTY] = &code_unknown_system_property,
        [FUNCTION_PROBLEM_EVALUATION] = &code_function_evaluation,
        [FUNCTION_PROBLEM_RECURSION] = &code_function_recursion,
        [FUNCTION_PROBLEM_UNSUPPORTED] = &code_unsupported,
        [FUNCTION_PROBLEM_OTHER] = &code_function_evaluation,
    };
    return codes[problem];
}

bool function_report(const struct plan *plan, const struct function_failure *failure,
                     const struct error *err, struct plan_mark owner, struct diagnostics *out)
{
    struct plan_mark mark = plan_mark_of(plan, failure->call);
    struct diagnostic_place place = plan_place(plan, mark.line ? mark : owner);
    if (err->code == ERROR_NOMEM)
        return diagnostics_nomem(out);
    place.path = failure->path;
    return diagnostics_add(out, function_code(failure->problem), &place,
                           *failure->hint ? failure->hint : NULL, "%s", err->text);
}

struct check {
    const struct plan *plan;
    struct diagnostics *out;
    const struct value_source *source; /* NULL: only the shapes of calls are checked */
    struct value_source quiet;         /* the same without hints */
    bool ok;
};

static const struct value_source *source_now(const struct check *check)
{
    return check->source && diagnostics_is_full(check->out) ? &check->quiet : check->source;
}

/* Each member of the value on its own, so that as many errors as there are are found at once. */
static bool check_value(void *data, const struct plan_value *value)
{
    struct check *check = data;
    struct function_scope scope = plan_value_scope(check->plan, value);
    struct strbuf path = STRBUF_INIT;
    const char *key;
    json_t *member;
    plan_value_path(value, &path);
    size_t length = path.length;
    json_object_foreach(value->value, key, member)
    {
        struct error err = {0};
        struct function_failure failure;
        strbuf_truncate(&path, length);
        strbuf_addf(&path, ".%s", key);
        scope.path = path.text;
        if (!functions_validate(member, &scope, source_now(check),
                                plan_language_version(check->plan), &failure, &err))
            check->ok = function_report(check->plan, &failure, &err, value->mark, check->out);
    }
    strbuf_release(&path);
    return true;
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

/* An operation counts under both of its names. */
static bool collect_value(void *data, const struct plan_value *value)
{
    size_t times =
        value->operation && operations_short_name_is_unique(value->operations, value->operation)
            ? 2
            : 1;
    const char *name;
    json_t *member;
    bool ok = true;
    while (times--)
        json_object_foreach(value->value, name, member) ok &= collect_requirements(member, data);
    return ok;
}

static bool find_requirements(struct compiler *c)
{
    struct plan *plan = c->plan;
    json_t *found = json_pack("{s:[], s:[]}", "parent_capabilities", "secrets");
    plan->requirements = found ? plan_keep(plan, found) : NULL;
    return (plan->requirements && plan_scan(plan, collect_value, found)) || compiler_nomem(c);
}

bool validate_functions(struct compiler *c)
{
    struct plan *plan = c->plan;
    struct value_source source = plan_value_source(plan);
    bool is_lax = c->options && c->options->keep_invalid_functions;
    struct check check = {plan, c->out, is_lax ? NULL : &source, source, true};
    check.quiet.suggest_input = NULL;
    check.quiet.suggest_node = NULL;
    for (size_t i = 0; i < plan->operation_count; i++)
        plan->operations[i]->has_functions =
            functions_contain_in_members(plan->operations[i]->inputs);
    plan_scan(plan, check_value, &check);
    return check.ok && find_requirements(c);
}
