/* constraints.c - see constraints.h. */
#include "dsl/constraints.h"

#include <string.h>

#include "base/json.h"
#include "base/suggest.h"
#include "dsl/compiler.h"
#include "dsl/operators.h"
#include "dsl/values.h"
#include "functions/functions.h"

/* checking what the blueprint says */

static bool check_argument(struct compiler *c, const char *subject,
                           const struct constraint_operator *operator,
                           const struct yaml_node * node, const struct path *path)
{
    json_t *argument = compiler_json(c, node);
    struct strbuf why = STRBUF_INIT;
    bool ok = argument && (function_is_call(argument) || operator->takes(argument, &why));
    if (!ok)
        compiler_error(
            c, &code_constraint_argument, node, path, NULL, "%s: constraint '%s' needs %s%s%s",
            subject, operator->name, operator->argument, why.length ? ": " : "", why.text);
    strbuf_release(&why);
    json_decref(argument);
    return ok;
}

static bool unknown_operator(struct compiler *c, const char *subject, const struct yaml_node *key,
                             const struct path *path)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, yaml_text(key));
    constraint_operators_suggest(&suggestion);
    return compiler_error(c, &code_constraint_operator, key, path, compiler_hint(c, &suggestion),
                          "%s: unknown constraint '%s'", subject, yaml_text(key));
}

static bool check_message(struct compiler *c, const char *subject, const struct yaml_node *key,
                          const struct yaml_node *value, const struct path *path)
{
    if (!compiler_has_version(c, 5))
        return compiler_error(c, &code_needs_version, key, path, NULL,
                              "%s: 'error_message' is not supported in version cloudify_dsl_1_%d, "
                              "it was added in cloudify_dsl_1_5",
                              subject, c->version);
    return yaml_kind(value) == YAML_STRING || yaml_kind(value) == YAML_NULL ||
           compiler_error(c, &code_schema, value, path, NULL,
                          "%s: 'error_message' must be a string", subject);
}

static bool check_operators(struct compiler *c, const char *subject, const struct yaml_node *node,
                            const struct path *path, bool takes_message)
{
    size_t operands = 0;
    bool ok = true;
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *key = yaml_key(node, i), *value = yaml_value(node, i);
        struct path below = {path, yaml_text(key), 0};
        const struct constraint_operator *operator= constraint_operator(yaml_text(key));
        if (takes_message && !strcmp(yaml_text(key), "error_message")) {
            ok &= check_message(c, subject, key, value, &below);
            continue;
        }
        operands++;
        ok &= operator? check_argument(c, subject, operator, value, &below)
                      : unknown_operator(c, subject, key, &below);
    }
    /* Where only one key is known, a second one is what newer versions have. */
    const struct diagnostic_code *code =
        takes_message && operands > 1 && !compiler_has_version(c, 5) ? &code_needs_version
                                                                     : &code_constraint_operator;
    if (ok && operands != 1)
        ok = compiler_error(c, code, node, path, NULL,
                            "%s: a constraint must have one operator, not %zu", subject, operands);
    return ok;
}

static bool check_constraint(struct compiler *c, const char *subject, const struct yaml_node *node,
                             const struct path *path, bool takes_message)
{
    if (yaml_kind(node) != YAML_MAP)
        return compiler_error(c, &code_schema, node, path, NULL,
                              "%s: a constraint must be a dict, not %s", subject,
                              yaml_kind_name(yaml_kind(node)));
    return check_operators(c, subject, node, path, takes_message);
}

static bool check_all(struct compiler *c, const char *subject, const struct yaml_node *list,
                      const struct path *path, bool takes_message)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(list); i++) {
        struct path below = {path, NULL, i};
        ok &= check_constraint(c, subject, yaml_item(list, i), &below, takes_message);
    }
    return ok;
}

bool constraints_check(struct compiler *c, const char *subject, const struct yaml_node *list,
                       const struct path *path)
{
    return check_all(c, subject, list, path, true);
}

bool constraints_check_parameter(struct compiler *c, const char *subject,
                                 const struct yaml_node *list, const struct path *path)
{
    return check_all(c, subject, list, path, false);
}

/* testing values */

/* One value under test. */
struct test {
    const json_t *constraints;
    const char *type;
    const json_t *value;
    const struct object_source *objects;
    struct strbuf *why;
};

static const struct diagnostic_code *violated(const struct test *test, const char *why)
{
    strbuf_adds(test->why, why);
    return &code_constraint_violated;
}

static const struct diagnostic_code *explain(const struct test *test,
                                             const struct constraint_operator *operator,
                                             const json_t * constraint, enum outcome outcome)
{
    const char *message = json_string_at(constraint, "error_message", NULL);
    if (message) {
        strbuf_addf(test->why, "is not valid: %s", message);
        return &code_constraint_violated;
    }
    strbuf_addf(test->why, "%s ", operator->must);
    json_write(test->why, json_object_get(constraint, operator->name));
    if (outcome == DOES_NOT_APPLY)
        strbuf_addf(test->why, ", which does not apply to a value of type %s",
                    json_kind(test->value));
    else if (outcome == TOO_COSTLY)
        strbuf_adds(test->why, ", which took too long to find out");
    return &code_constraint_violated;
}

/* Test what the value itself tells; what has to be looked up goes to `lookups`. */
static const struct diagnostic_code *test_operator(const struct test *test,
                                                   const json_t *constraint, const char *name,
                                                   json_t *argument, json_t *lookups)
{
    const struct constraint_operator *operator= constraint_operator(name);
    if (!operator)
        return NULL; /* error_message */
    if (function_is_call(argument)) {
        strbuf_addf(test->why, "has the constraint '%s', whose argument is not known here", name);
        return &code_constraint_violated;
    }
    if (!constraint_operator_looks_up(operator, test->type)) {
        enum outcome outcome = operator->test(argument, test->value);
        return outcome == HOLDS ? NULL : explain(test, operator, constraint, outcome);
    }
    if (!constraint_operator_fits(operator, test->type)) {
        strbuf_addf(test->why, "has the constraint '%s', which does not apply to its type", name);
        return &code_constraint_violated;
    }
    return json_object_set(lookups, name, argument) ? &code_no_memory : NULL;
}

static const struct diagnostic_code *test_operators(const struct test *test, json_t *lookups)
{
    size_t i;
    json_t *constraint, *argument;
    const char *name;
    json_array_foreach((json_t *)test->constraints, i, constraint)
    {
        json_object_foreach(constraint, name, argument)
        {
            const struct diagnostic_code *code =
                test_operator(test, constraint, name, argument, lookups);
            if (code)
                return code;
        }
    }
    return NULL;
}

static bool names_deployment(const struct test *test)
{
    size_t i;
    json_t *constraint;
    json_array_foreach((json_t *)test->constraints, i, constraint)
    {
        if (json_object_get(constraint, "deployment_id"))
            return true;
    }
    return false;
}

/* Whether it is known where to look for the object (dsl.md 3). */
static const struct diagnostic_code *check_scope(const struct test *test)
{
    enum object_scope scope = type_object_scope(test->type);
    if (!test->objects) {
        strbuf_addf(test->why, "is of type '%s', which cannot be looked up here", test->type);
        return &code_constraint_violated;
    }
    if (scope == OBJECT_OF_TENANT || test->objects->has_deployment || names_deployment(test) ||
        (scope == OBJECT_OF_BLUEPRINT && test->objects->has_blueprint))
        return NULL;
    strbuf_addf(test->why, "is of type '%s', which needs the constraint 'deployment_id' here",
                test->type);
    return &code_constraint_violated;
}

static const struct diagnostic_code *look_up(const struct test *test, const json_t *lookups)
{
    struct error err = {0};
    if (test->objects->has(test->objects->data, test->type, test->value, lookups, &err))
        return NULL;
    if (err.code)
        return violated(test, err.text);
    strbuf_adds(test->why, "is ");
    json_write(test->why, test->value);
    strbuf_addf(test->why, ", but there is no such %s", test->type);
    if (json_object_size(lookups)) {
        strbuf_adds(test->why, " with ");
        json_write(test->why, lookups);
    }
    return &code_constraint_violated;
}

static const struct diagnostic_code *test_one(const struct test *test, json_t *lookups)
{
    bool is_object = type_object_scope(test->type) != NO_OBJECT;
    if (function_is_call(test->value) && json_array_size(test->constraints)) {
        strbuf_adds(test->why, "has constraints, so a function cannot give it");
        return &code_constraint_function;
    }
    const struct diagnostic_code *code = is_object ? check_scope(test) : NULL;
    if (!code)
        code = test_operators(test, lookups);
    if (!code && is_object && !function_is_call(test->value))
        code = look_up(test, lookups);
    return code;
}

static const struct diagnostic_code *test_value(const struct test *test)
{
    json_t *lookups = json_object();
    const struct diagnostic_code *code = lookups ? test_one(test, lookups) : &code_no_memory;
    json_decref(lookups);
    if (code == &code_no_memory)
        strbuf_adds(test->why, "cannot be tested: out of memory");
    return code;
}

/* An item that a function gives passes only where the type takes everything (dsl.md 3). */
static const struct diagnostic_code *test_item(const struct test *test)
{
    if (type_accepts_literally(test->type, test->value))
        return test_value(test);
    strbuf_addf(test->why, "must have items of type '%s', not %s ", test->type,
                json_kind(test->value));
    json_write(test->why, test->value);
    return &code_wrong_type;
}

const struct diagnostic_code *constraints_test(const json_t *schema, const json_t *value,
                                               const struct object_source *objects,
                                               struct strbuf *why)
{
    const char *item_type = json_string_at(schema, "item_type", NULL);
    struct test test = {json_object_get(schema, "constraints"), json_string_at(schema, "type", ""),
                        value, objects, why};
    const struct diagnostic_code *code = NULL;
    if (!item_type || function_is_call(value))
        return test_value(&test);
    if (!json_is_array(value)) {
        strbuf_addf(why, "must be of type 'list', not %s", json_kind(value));
        return &code_wrong_type;
    }
    test.type = item_type;
    for (size_t i = 0; !code && i < json_array_size(value); i++) {
        test.value = json_array_get(value, i);
        code = test_item(&test);
    }
    return code;
}
