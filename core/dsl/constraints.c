/* constraints.c - see constraints.h. */
#include "dsl/constraints.h"

#include <string.h>

#include "base/json.h"
#include "base/pattern.h"
#include "base/suggest.h"
#include "dsl/compiler.h"
#include "functions/functions.h"

/* arguments */

static bool takes_number(const json_t *argument)
{
    return json_is_number(argument);
}

static bool takes_list(const json_t *argument)
{
    return json_is_array(argument);
}

static bool takes_range(const json_t *argument)
{
    return json_array_size(argument) == 2 && json_is_number(json_array_get(argument, 0)) &&
           json_is_number(json_array_get(argument, 1));
}

static bool takes_pattern(const json_t *argument)
{
    return json_is_string(argument) && pattern_is_valid(json_string_value(argument), NULL);
}

static bool takes_text(const json_t *argument)
{
    return json_is_string(argument);
}

static bool takes_texts(const json_t *argument)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)argument, i, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return json_is_array(argument);
}

static bool takes_labels(const json_t *argument)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)argument, i, item)
    {
        if (json_object_size(item) != 1)
            return false;
    }
    return json_is_array(argument);
}

static bool takes_name_pattern(const json_t *argument)
{
    static const char known[] = " starts_with ends_with contains equals_to ";
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)argument, key, value)
    {
        const char *found = strstr(known, key);
        if (!*key || !found || found[-1] != ' ' || found[strlen(key)] != ' ')
            return false;
    }
    return json_is_object(argument);
}

/* tests */

enum outcome { HOLDS, FAILS, DOES_NOT_APPLY };

static int compare(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        json_int_t x = json_integer_value(a), y = json_integer_value(b);
        return (x > y) - (x < y);
    }
    double x = json_number_value(a), y = json_number_value(b);
    return (x > y) - (x < y);
}

static bool are_equal(const json_t *a, const json_t *b)
{
    return json_is_number(a) && json_is_number(b) ? !compare(a, b) : json_equal(a, b);
}

static enum outcome outcome_of(bool holds)
{
    return holds ? HOLDS : FAILS;
}

static enum outcome test_equal(const json_t *argument, const json_t *value)
{
    return outcome_of(are_equal(argument, value));
}

static enum outcome test_greater(const json_t *argument, const json_t *value)
{
    return json_is_number(value) ? outcome_of(compare(value, argument) > 0) : DOES_NOT_APPLY;
}

static enum outcome test_greater_or_equal(const json_t *argument, const json_t *value)
{
    return json_is_number(value) ? outcome_of(compare(value, argument) >= 0) : DOES_NOT_APPLY;
}

static enum outcome test_less(const json_t *argument, const json_t *value)
{
    return json_is_number(value) ? outcome_of(compare(value, argument) < 0) : DOES_NOT_APPLY;
}

static enum outcome test_less_or_equal(const json_t *argument, const json_t *value)
{
    return json_is_number(value) ? outcome_of(compare(value, argument) <= 0) : DOES_NOT_APPLY;
}

static enum outcome test_range(const json_t *argument, const json_t *value)
{
    if (!json_is_number(value))
        return DOES_NOT_APPLY;
    return outcome_of(compare(value, json_array_get(argument, 0)) >= 0 &&
                      compare(value, json_array_get(argument, 1)) <= 0);
}

static enum outcome test_valid_values(const json_t *argument, const json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)argument, i, item)
    {
        if (are_equal(item, value))
            return HOLDS;
    }
    return FAILS;
}

/* The length of a text is that of its characters: continuation bytes do not count. */
static json_t *length_of(const json_t *value)
{
    size_t length = json_is_array(value) ? json_array_size(value) : json_object_size(value);
    const char *text = json_string_value(value);
    for (; text && *text; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return json_integer((json_int_t)length);
}

static enum outcome test_length_by(const json_t *argument, const json_t *value,
                                   enum outcome (*test)(const json_t *, const json_t *))
{
    if (!json_is_string(value) && !json_is_array(value) && !json_is_object(value))
        return DOES_NOT_APPLY;
    json_t *length = length_of(value);
    enum outcome outcome = test(argument, length);
    json_decref(length);
    return outcome;
}

static enum outcome test_length(const json_t *argument, const json_t *value)
{
    return test_length_by(argument, value, test_equal);
}

static enum outcome test_min_length(const json_t *argument, const json_t *value)
{
    return test_length_by(argument, value, test_greater_or_equal);
}

static enum outcome test_max_length(const json_t *argument, const json_t *value)
{
    return test_length_by(argument, value, test_less_or_equal);
}

static enum outcome test_pattern(const json_t *argument, const json_t *value)
{
    if (!json_is_string(value))
        return DOES_NOT_APPLY;
    return outcome_of(pattern_match_start(json_string_value(argument), json_string_value(value)) ==
                      PATTERN_MATCHES);
}

static const struct operator_row {
    const char *name;
    bool (*takes)(const json_t *argument);
    const char *argument; /* what it takes, for messages */
    enum outcome (*test)(const json_t *argument, const json_t *value); /* NULL: a look-up */
    const char *must; /* be, for messages; the argument follows */
} operators[] = {
    {"equal", takes_number, "a number", test_equal, "must be"},
    {"greater_than", takes_number, "a number", test_greater, "must be more than"},
    {"greater_or_equal", takes_number, "a number", test_greater_or_equal, "must be at least"},
    {"less_than", takes_number, "a number", test_less, "must be less than"},
    {"less_or_equal", takes_number, "a number", test_less_or_equal, "must be at most"},
    {"in_range", takes_range, "a list of two numbers", test_range, "must be in the range"},
    {"valid_values", takes_list, "a list", test_valid_values, "must be one of"},
    {"length", takes_number, "a number", test_length, "must be of length"},
    {"min_length", takes_number, "a number", test_min_length, "must be of a length of at least"},
    {"max_length", takes_number, "a number", test_max_length, "must be of a length of at most"},
    {"pattern", takes_pattern, "a regular expression", test_pattern, "must match"},
    {"filter_id", takes_text, "a string", NULL, NULL},
    {"labels", takes_labels, "a list of dicts with one entry each", NULL, NULL},
    {"tenants", takes_texts, "a list of strings", NULL, NULL},
    {"name_pattern", takes_name_pattern, "a dict of starts_with, ends_with, contains and equals_to",
     NULL, NULL},
    {"deployment_id", takes_text, "a string", NULL, NULL},
};
enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

static const struct operator_row *find_operator(const char *name)
{
    for (size_t i = 0; i < OPERATOR_COUNT; i++) {
        if (!strcmp(operators[i].name, name))
            return &operators[i];
    }
    return NULL;
}

/* checking what the blueprint says */

static bool check_argument(struct compiler *c, const char *subject,
                           const struct operator_row *operator, const struct yaml_node * node,
                           const struct path *path)
{
    json_t *argument = compiler_json(c, node);
    bool ok = argument && (function_is_call(argument) || operator->takes(argument));
    json_decref(argument);
    return ok || compiler_error(c, &code_constraint_argument, node, path, NULL,
                                "%s: constraint '%s' needs %s",
                                subject, operator->name, operator->argument);
}

static bool unknown_operator(struct compiler *c, const char *subject, const struct yaml_node *key,
                             const struct path *path)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, yaml_text(key));
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        suggestion_consider(&suggestion, operators[i].name);
    return compiler_error(c, &code_constraint_operator, key, path, compiler_hint(c, &suggestion),
                          "%s: unknown constraint '%s'", subject, yaml_text(key));
}

static bool check_message(struct compiler *c, const char *subject, const struct yaml_node *key,
                          const struct yaml_node *value, const struct path *path)
{
    if (c->version < 5)
        return compiler_error(c, &code_needs_version, key, path, NULL,
                              "%s: 'error_message' is not supported in version cloudify_dsl_1_%d, "
                              "it was added in cloudify_dsl_1_5",
                              subject, c->version);
    return yaml_kind(value) == YAML_STRING || yaml_kind(value) == YAML_NULL ||
           compiler_error(c, &code_schema, value, path, NULL,
                          "%s: 'error_message' must be a string", subject);
}

static bool check_constraint(struct compiler *c, const char *subject, const struct yaml_node *node,
                             const struct path *path, bool takes_message)
{
    size_t operands = 0;
    bool ok = true;
    if (yaml_kind(node) != YAML_MAP)
        return compiler_error(c, &code_schema, node, path, NULL,
                              "%s: a constraint must be a dict, not %s", subject,
                              yaml_kind_name(yaml_kind(node)));
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *key = yaml_key(node, i), *value = yaml_value(node, i);
        struct path below = {path, yaml_text(key), 0};
        const struct operator_row *operator= find_operator(yaml_text(key));
        if (takes_message && !strcmp(yaml_text(key), "error_message")) {
            ok &= check_message(c, subject, key, value, &below);
            continue;
        }
        operands++;
        ok &= operator? check_argument(c, subject, operator, value, &below)
                      : unknown_operator(c, subject, key, &below);
    }
    if (ok && operands != 1)
        ok = compiler_error(c, &code_constraint_operator, node, path, NULL,
                            "%s: a constraint must have one operator, not %zu", subject, operands);
    return ok;
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

bool type_is_of_objects(const char *type)
{
    static const char *const types[] = {"blueprint_id",     "deployment_id", "secret_key",
                                        "capability_value", "scaling_group", "node_id",
                                        "node_type",        "node_instance", "operation_name"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!strcmp(types[i], type))
            return true;
    }
    return false;
}

static const struct diagnostic_code *explain(const struct operator_row *operator,
                                             const json_t * constraint, const json_t *value,
                                             enum outcome outcome, struct strbuf *why)
{
    const char *message = json_string_at(constraint, "error_message", NULL);
    if (message) {
        strbuf_addf(why, "is not valid: %s", message);
        return &code_constraint_violated;
    }
    strbuf_addf(why, "%s ", operator->must);
    json_write(why, json_object_get(constraint, operator->name));
    if (outcome == DOES_NOT_APPLY)
        strbuf_addf(why, ", which does not apply to a value of type %s", json_kind(value));
    return &code_constraint_violated;
}

static const struct diagnostic_code *test_one(const json_t *constraint, const json_t *value,
                                              struct strbuf *why)
{
    const char *key;
    json_t *argument;
    json_object_foreach((json_t *)constraint, key, argument)
    {
        const struct operator_row *operator= find_operator(key);
        if (!operator)
            continue;
        if (function_is_call(argument)) {
            strbuf_addf(why, "has the constraint '%s', whose argument is not known here", key);
            return &code_constraint_violated;
        }
        if (!operator->test) {
            strbuf_addf(why, "has the constraint '%s', which does not apply to its type", key);
            return &code_constraint_violated;
        }
        enum outcome outcome = operator->test(argument, value);
        if (outcome != HOLDS)
            return explain(operator, constraint, value, outcome, why);
    }
    return NULL;
}

static const struct diagnostic_code *test_value(const json_t *constraints, const char *type,
                                                const json_t *value, bool objects,
                                                struct strbuf *why)
{
    size_t i;
    json_t *constraint;
    if (function_is_call(value)) {
        if (!json_array_size(constraints))
            return NULL;
        strbuf_adds(why, "has constraints, so a function cannot give it");
        return &code_constraint_function;
    }
    if (type_is_of_objects(type)) {
        if (objects)
            strbuf_addf(why, "is of type '%s', which cannot be looked up here", type);
        return objects ? &code_constraint_violated : NULL;
    }
    json_array_foreach((json_t *)constraints, i, constraint)
    {
        const struct diagnostic_code *code = test_one(constraint, value, why);
        if (code)
            return code;
    }
    return NULL;
}

const struct diagnostic_code *constraints_test(const json_t *schema, const json_t *value,
                                               bool objects, struct strbuf *why)
{
    const json_t *constraints = json_object_get(schema, "constraints");
    const char *type = json_string_at(schema, "type", "");
    const char *item_type = json_string_at(schema, "item_type", NULL);
    const struct diagnostic_code *code = NULL;
    size_t i;
    json_t *item;
    if (!item_type || function_is_call(value))
        return test_value(constraints, type, value, objects, why);
    json_array_foreach((json_t *)value, i, item)
    {
        if (!code)
            code = test_value(constraints, item_type, item, objects, why);
    }
    return code;
}
