/* operators.c - see operators.h. */
#include "dsl/operators.h"

#include <string.h>

#include "base/json.h"
#include "base/pattern.h"

/* arguments */

static bool takes_number(const json_t *argument, struct strbuf *why)
{
    (void)why;
    return json_is_number(argument);
}

static bool takes_list(const json_t *argument, struct strbuf *why)
{
    (void)why;
    return json_is_array(argument);
}

static bool takes_range(const json_t *argument, struct strbuf *why)
{
    (void)why;
    return json_array_size(argument) == 2 && json_is_number(json_array_get(argument, 0)) &&
           json_is_number(json_array_get(argument, 1));
}

static bool takes_pattern(const json_t *argument, struct strbuf *why)
{
    return json_is_string(argument) && pattern_is_valid(json_string_value(argument), why);
}

static bool takes_text(const json_t *argument, struct strbuf *why)
{
    (void)why;
    return json_is_string(argument);
}

static bool takes_texts(const json_t *argument, struct strbuf *why)
{
    (void)why;
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)argument, i, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return json_is_array(argument);
}

static bool takes_labels(const json_t *argument, struct strbuf *why)
{
    (void)why;
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)argument, i, item)
    {
        if (json_object_size(item) != 1)
            return false;
    }
    return json_is_array(argument);
}

static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = strstr(list, word); length && found; found = strstr(found + 1, word)) {
        if (found > list && found[-1] == ' ' && found[length] == ' ')
            return true;
    }
    return false;
}

static bool takes_name_pattern(const json_t *argument, struct strbuf *why)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)argument, key, value)
    {
        if (is_listed(" starts_with ends_with contains equals_to ", key))
            continue;
        strbuf_addf(why, "there is no '%s'", key);
        return false;
    }
    return json_is_object(argument);
}

/* tests: true counts as 1 and false as 0, as in the language of the blueprints' first runtime */

static bool is_numeric(const json_t *value)
{
    return json_is_number(value) || json_is_boolean(value);
}

static double numeric_value(const json_t *value)
{
    return json_is_boolean(value) ? json_is_true(value) : json_number_value(value);
}

static int compare(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        json_int_t x = json_integer_value(a), y = json_integer_value(b);
        return (x > y) - (x < y);
    }
    double x = numeric_value(a), y = numeric_value(b);
    return (x > y) - (x < y);
}

static bool are_equal(const json_t *a, const json_t *b)
{
    size_t i;
    const char *key;
    json_t *item;
    if (is_numeric(a) && is_numeric(b))
        return !compare(a, b);
    if (json_typeof(a) != json_typeof(b) || json_array_size(a) != json_array_size(b) ||
        json_object_size(a) != json_object_size(b))
        return false;
    json_array_foreach((json_t *)a, i, item)
    {
        if (!are_equal(item, json_array_get(b, i)))
            return false;
    }
    json_object_foreach((json_t *)a, key, item)
    {
        const json_t *other = json_object_get(b, key);
        if (!other || !are_equal(item, other))
            return false;
    }
    return json_is_array(a) || json_is_object(a) || json_equal(a, b);
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
    return is_numeric(value) ? outcome_of(compare(value, argument) > 0) : DOES_NOT_APPLY;
}

static enum outcome test_greater_or_equal(const json_t *argument, const json_t *value)
{
    return is_numeric(value) ? outcome_of(compare(value, argument) >= 0) : DOES_NOT_APPLY;
}

static enum outcome test_less(const json_t *argument, const json_t *value)
{
    return is_numeric(value) ? outcome_of(compare(value, argument) < 0) : DOES_NOT_APPLY;
}

static enum outcome test_less_or_equal(const json_t *argument, const json_t *value)
{
    return is_numeric(value) ? outcome_of(compare(value, argument) <= 0) : DOES_NOT_APPLY;
}

static enum outcome test_range(const json_t *argument, const json_t *value)
{
    if (!is_numeric(value))
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
    enum pattern_result result =
        pattern_match_start(json_string_value(argument), json_string_value(value));
    return result == PATTERN_TOO_COSTLY ? TOO_COSTLY : outcome_of(result == PATTERN_MATCHES);
}

/* the table */

#define OF_DEPLOYMENTS                                                                             \
    " capability_value scaling_group node_id node_type node_instance operation_name "
#define OF_TENANT " blueprint_id deployment_id "

static const struct constraint_operator operators[] = {
    {"equal", takes_number, "a number", test_equal, "must be", NULL},
    {"greater_than", takes_number, "a number", test_greater, "must be more than", NULL},
    {"greater_or_equal", takes_number, "a number", test_greater_or_equal, "must be at least", NULL},
    {"less_than", takes_number, "a number", test_less, "must be less than", NULL},
    {"less_or_equal", takes_number, "a number", test_less_or_equal, "must be at most", NULL},
    {"in_range", takes_range, "a list of two numbers", test_range, "must be in the range", NULL},
    {"valid_values", takes_list, "a list", test_valid_values, "must be one of", OF_DEPLOYMENTS},
    {"length", takes_number, "a number", test_length, "must be of length", NULL},
    {"min_length", takes_number, "a number", test_min_length, "must be of a length of at least",
     NULL},
    {"max_length", takes_number, "a number", test_max_length, "must be of a length of at most",
     NULL},
    {"pattern", takes_pattern, "a regular expression", test_pattern, "must match", NULL},
    {"filter_id", takes_text, "a string", NULL, NULL, OF_TENANT},
    {"labels", takes_labels, "a list of dicts with one entry each", NULL, NULL, OF_TENANT},
    {"tenants", takes_texts, "a list of strings", NULL, NULL, OF_TENANT},
    {"name_pattern", takes_name_pattern, "a dict of starts_with, ends_with, contains and equals_to",
     NULL, NULL, OF_DEPLOYMENTS OF_TENANT " secret_key "},
    {"deployment_id", takes_text, "a string", NULL, NULL, OF_DEPLOYMENTS},
};
enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

const struct constraint_operator *constraint_operator(const char *name)
{
    for (size_t i = 0; i < OPERATOR_COUNT; i++) {
        if (!strcmp(operators[i].name, name))
            return &operators[i];
    }
    return NULL;
}

void constraint_operators_suggest(struct suggestion *suggestion)
{
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        suggestion_consider(suggestion, operators[i].name);
}

bool constraint_operator_fits(const struct constraint_operator *operator, const char * type)
{
    return operator->types && is_listed(operator->types, type);
}

bool constraint_operator_looks_up(const struct constraint_operator *operator, const char * type)
{
    return !operator->test || constraint_operator_fits(operator, type);
}
