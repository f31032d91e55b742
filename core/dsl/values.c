/* values.c - see values.h. */
#include "dsl/values.h"

#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/pattern.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "dsl/diagnostic_codes.h"
#include "functions/functions.h"

static bool accepts_any(const json_t *value)
{
    (void)value;
    return true;
}

static bool accepts_integer(const json_t *value)
{
    return json_is_integer(value);
}

static bool accepts_number(const json_t *value)
{
    return json_is_number(value);
}

static bool accepts_boolean(const json_t *value)
{
    return json_is_boolean(value);
}

static bool accepts_regex(const json_t *value)
{
    return json_is_string(value) && pattern_is_valid(json_string_value(value), NULL);
}

static bool accepts_list(const json_t *value)
{
    return json_is_array(value);
}

static bool accepts_dict(const json_t *value)
{
    return json_is_object(value);
}

/* String-like types accept everything in the reference, and blueprints rely on it. */
static const struct primitive {
    const char *name;
    bool (*accepts)(const json_t *value);
    enum object_scope scope;
    int since;
} primitives[] = {
    {"string", accepts_any, NO_OBJECT, 0},
    {"integer", accepts_integer, NO_OBJECT, 0},
    {"float", accepts_number, NO_OBJECT, 0},
    {"boolean", accepts_boolean, NO_OBJECT, 0},
    {"list", accepts_list, NO_OBJECT, 0},
    {"dict", accepts_dict, NO_OBJECT, 0},
    {"regex", accepts_regex, NO_OBJECT, 0},
    {"textarea", accepts_any, NO_OBJECT, 0},
    {"blueprint_id", accepts_any, OBJECT_OF_TENANT, 4},
    {"deployment_id", accepts_any, OBJECT_OF_TENANT, 4},
    {"secret_key", accepts_any, OBJECT_OF_TENANT, 4},
    {"capability_value", accepts_any, OBJECT_OF_DEPLOYMENT, 4},
    {"scaling_group", accepts_any, OBJECT_OF_BLUEPRINT, 4},
    {"node_id", accepts_any, OBJECT_OF_BLUEPRINT, 4},
    {"node_type", accepts_any, OBJECT_OF_BLUEPRINT, 4},
    {"node_instance", accepts_any, OBJECT_OF_DEPLOYMENT, 4},
    {"operation_name", accepts_any, OBJECT_OF_BLUEPRINT, 5},
};
enum { PRIMITIVE_COUNT = sizeof primitives / sizeof *primitives };

static const struct primitive *find_primitive(const char *name)
{
    for (size_t i = 0; i < PRIMITIVE_COUNT; i++) {
        if (!strcmp(primitives[i].name, name))
            return &primitives[i];
    }
    return NULL;
}

bool type_is_primitive(const char *type)
{
    return find_primitive(type);
}

enum object_scope type_object_scope(const char *type)
{
    const struct primitive *primitive = find_primitive(type);
    return primitive ? primitive->scope : NO_OBJECT;
}

int type_since(const char *type)
{
    const struct primitive *primitive = find_primitive(type);
    return primitive ? primitive->since : 0;
}

bool type_accepts_literally(const char *type, const json_t *value)
{
    const struct primitive *primitive = find_primitive(type);
    return !primitive || primitive->accepts(value);
}

bool type_accepts(const char *type, const json_t *value)
{
    return function_is_call(value) || type_accepts_literally(type, value);
}

void types_suggest(const json_t *data_types, struct suggestion *suggestion)
{
    const char *name;
    json_t *data_type;
    for (size_t i = 0; i < PRIMITIVE_COUNT; i++)
        suggestion_consider(suggestion, primitives[i].name);
    json_object_foreach((json_t *)data_types, name, data_type)
        suggestion_consider(suggestion, name);
}

__attribute__((format(printf, 5, 6))) static json_t *complain(const struct value_rules *rules,
                                                              const struct diagnostic_code *code,
                                                              const struct path *path,
                                                              const char *hint, const char *fmt,
                                                              ...)
{
    struct strbuf message = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_vaddf(&message, fmt, args);
    va_end(args);
    rules->report(rules->data, code, path, hint, message.text);
    strbuf_release(&message);
    return NULL;
}

/* The schemas of the properties of the data type of `property`, or NULL if it is of none. */
static const json_t *data_type_schema(const json_t *data_types, const json_t *property)
{
    const char *type = json_string_at(property, "type", NULL);
    return type ? json_object_get(json_object_get(data_types, type), "properties") : NULL;
}

static bool is_plain_object(const json_t *value)
{
    return json_is_object(value) && !function_is_call(value);
}

json_t *values_overlay(const json_t *data_types, const json_t *schema, const json_t *base,
                       const json_t *over)
{
    json_t *result = json_copy_whole(base);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)over, key, value)
    {
        const json_t *below = data_type_schema(data_types, json_object_get(schema, key));
        const json_t *under = json_object_get(base, key);
        json_t *merged = below && is_plain_object(under) && is_plain_object(value)
                             ? values_overlay(data_types, below, under, value)
                             : json_incref(value);
        if (!result || json_object_set_new(result, key, merged)) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

static void shorten(struct strbuf *text)
{
    enum { LONGEST = 60, KEPT = 57 };
    if (text->length <= LONGEST)
        return;
    strbuf_truncate(text, utf8_cut(text->text, KEPT));
    strbuf_adds(text, "...");
}

static json_t *wrong_type(const struct value_rules *rules, const char *type, const json_t *value,
                          const struct path *path)
{
    struct strbuf text = STRBUF_INIT;
    json_write(&text, value);
    shorten(&text);
    complain(rules, rules->wrong_type, path, NULL, "'%s' must be of type '%s', not %s%s%s",
             path->key ? path->key : "item", type, json_kind(value), json_is_null(value) ? "" : " ",
             json_is_null(value) ? "" : text.text);
    strbuf_release(&text);
    return NULL;
}

static json_t *build_of_data_type(const struct value_rules *rules, const json_t *property,
                                  const json_t *schema, const json_t *value,
                                  const struct path *path)
{
    const json_t *base = json_object_get(property, "default");
    if (!json_is_object(value))
        return wrong_type(rules, json_string_at(property, "type", ""), value, path);
    if (rules->charge && !rules->charge(rules->data, 1 + json_object_size(schema), path))
        return NULL;
    if (!is_plain_object(base) || base == value)
        return values_build(rules, schema, value, path);
    json_t *merged = values_overlay(rules->data_types, schema, base, value);
    json_t *result = merged ? values_build(rules, schema, merged, path) : NULL;
    json_decref(merged);
    return result;
}

json_t *value_build(const struct value_rules *rules, const json_t *property, const json_t *value,
                    const struct path *path)
{
    const char *type = json_string_at(property, "type", NULL);
    if (!type || function_is_call(value))
        return json_incref((json_t *)value);
    const json_t *schema = data_type_schema(rules->data_types, property);
    if (schema)
        return build_of_data_type(rules, property, schema, value, path);
    if (!type_accepts(type, value))
        return wrong_type(rules, type, value, path);
    return json_incref((json_t *)value);
}

enum { HINT_LIMIT = 20 }; /* for one value; who has more unknown keys has another problem */

static bool check_known(const struct value_rules *rules, const json_t *schema, const json_t *given,
                        const struct path *path)
{
    size_t unknown = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)given, key, value)
    {
        if (json_object_get(schema, key))
            continue;
        struct strbuf hint = STRBUF_INIT;
        struct path below = {path, key, 0};
        bool is_hinted = ++unknown <= HINT_LIMIT;
        complain(rules, &code_unknown_property, &below,
                 is_hinted ? suggest_key(schema, key, &hint) : NULL, "'%s' is not a known property",
                 key);
        strbuf_release(&hint);
    }
    return !unknown;
}

static bool is_truthy(const json_t *value)
{
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return json_is_true(value) || (json_is_number(value) && json_number_value(value) != 0) ||
           json_array_size(value) || json_object_size(value);
}

/* Resources that exist already need not be described: nothing is required then. */
static bool is_external(const struct value_rules *rules, const json_t *schema, const json_t *given,
                        const struct path *path, bool *ok)
{
    static const char key[] = "use_external_resource";
    const json_t *property = json_object_get(schema, key);
    if (!property)
        return false;
    const json_t *value = json_object_get(given, key);
    if (!value)
        value = json_object_get(property, "default");
    if (value && function_is_call(value)) {
        struct path below = {path, key, 0};
        complain(rules, &code_external_resource_function, &below, NULL,
                 "'%s' must be known in the blueprint: a function cannot give it", key);
        *ok = false;
    }
    return value && is_truthy(value);
}

/* Put property `name` into `result`. @return false: reported, or no memory */
static bool build_one(const struct value_rules *rules, const char *name, const json_t *property,
                      const json_t *given, bool optional, const struct path *path, json_t *result)
{
    struct path below = {path, name, 0};
    const json_t *value = json_object_get(given, name);
    if (!value)
        value = json_object_get(property, "default");
    if (!value) {
        if (optional || rules->partial || !json_boolean_at(property, "required", true))
            return true;
        complain(rules, &code_missing_property, &below, NULL,
                 "property '%s' is missing and has no default", name);
        return false;
    }
    json_t *built = value_build(rules, property, value, &below);
    return built && !json_object_set_new(result, name, built);
}

json_t *values_build(const struct value_rules *rules, const json_t *schema, const json_t *given,
                     const struct path *path)
{
    bool ok = check_known(rules, schema, given, path);
    bool optional = is_external(rules, schema, given, path, &ok);
    json_t *result = json_object();
    const char *name;
    json_t *property;
    if (!result)
        return NULL;
    json_object_foreach((json_t *)schema, name, property) ok &=
        build_one(rules, name, property, given, optional, path, result);
    if (ok)
        return result;
    json_decref(result);
    return NULL;
}
