/* given.c - values of the blueprint against schemas, errors found back in the tree (types.h). */
#include <string.h>

#include "base/strbuf.h"
#include "dsl/compiler.h"
#include "dsl/plan_internal.h"
#include "dsl/types.h"
#include "dsl/values.h"

/* The node at `path`, or the nearest one above it that was written; `key` for the key itself. */
static const struct yaml_node *locate(const struct given *given, const struct path *path, bool key)
{
    if (path == given->path || !path)
        return given->node ? given->node : given->at;
    const struct yaml_node *above = locate(given, path->up, false);
    if (!path->key) {
        const struct yaml_node *item = yaml_item(above, path->index);
        return item ? item : above;
    }
    const struct yaml_node *value = yaml_find(above, path->key);
    if (!value)
        return above;
    return key ? yaml_key_of_value(value) : value;
}

static void report(void *data, const struct diagnostic_code *code, const struct path *path,
                   const char *hint, const char *message)
{
    const struct given *given = data;
    /* What is missing has no place of its own: the owner is where it should be added. */
    const struct yaml_node *at = code == &code_missing_property
                                     ? given->at
                                     : locate(given, path, code == &code_unknown_property);
    compiler_error(given->c, code, at, path, hint, "%s: %s", given->subject, message);
}

enum { VALUE_DEPTH = 200 }; /* as deep as YAML goes */

static bool charge(void *data, size_t count, const struct path *path)
{
    const struct given *given = data;
    unsigned depth = 0;
    for (const struct path *above = path; above && depth <= VALUE_DEPTH; above = above->up)
        depth++;
    if (depth > VALUE_DEPTH)
        return compiler_error(given->c, &code_limit, given->at, NULL, NULL,
                              "%s: data types are nested more than %d levels deep", given->subject,
                              VALUE_DEPTH);
    return compiler_charge(given->c, count, given->at, given->path);
}

static struct value_rules rules_of(const struct given *given, bool partial)
{
    return (struct value_rules){.data_types = given->c->plan->data_types,
                                .partial = partial,
                                .wrong_type = &code_wrong_type,
                                .data = (void *)given,
                                .charge = charge,
                                .report = report};
}

/* The result, owned by the plan; a lack of memory is recorded. */
static json_t *finish(const struct given *given, json_t *value, size_t errors_before)
{
    json_t *kept = value ? plan_keep(given->c->plan, value) : NULL;
    if (!kept && given->c->out->errors == errors_before)
        compiler_nomem(given->c);
    return kept;
}

json_t *given_build(const struct given *given, const json_t *schema, const json_t *values,
                    bool partial)
{
    struct value_rules rules = rules_of(given, partial);
    size_t errors = given->c->out->errors;
    return finish(given, values_build(&rules, schema, values, given->path), errors);
}

json_t *given_value(const struct given *given, const json_t *property, const json_t *value,
                    bool partial)
{
    struct value_rules rules = rules_of(given, partial);
    size_t errors = given->c->out->errors;
    return finish(given, value_build(&rules, property, value, given->path), errors);
}
