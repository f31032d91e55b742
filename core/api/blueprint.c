/* blueprint.c - reads and validates blueprints and inputs for the embedding API. */
#include "dsl/blueprint.h"

#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/embedded.h"
#include "base/files.h"
#include "base/json.h"
#include "deployment/deployment.h"
#include "deployment/update.h"
#include "yaml/yaml.h"

enum { INPUTS_LIMIT = 16 * 1024 * 1024 };

enum { DEFAULT_MAX_ERRORS = 20 };

static json_t *validation_result(bool valid, const struct diagnostics *diagnostics)
{
    return json_pack("{s:b, s:I, s:I, s:o?}", "valid", (int)valid, "errors",
                     (json_int_t)diagnostics->errors, "warnings", (json_int_t)diagnostics->warnings,
                     "diagnostics", diagnostics_to_json(diagnostics));
}

static json_t *validate(struct cloudify *c, const char *given, const json_t *inputs,
                        const struct cloudify_validate_options *how, bool *valid, struct error *err)
{
    char *blueprint = runtime_blueprint_path(c, given, err);
    if (!blueprint)
        return NULL;
    struct blueprint_options options = runtime_blueprint_options(c);
    struct diagnostics diagnostics = {.limit = how->max_errors > 0 ? (size_t)how->max_errors
                                                                   : DEFAULT_MAX_ERRORS};
    options.strict = how->strict;
    struct plan *plan = blueprint_parse(blueprint, &options, &diagnostics);
    struct runtime_objects objects = {c, plan, NULL};
    const struct object_source source = runtime_object_source(&objects);
    const struct secret_source secrets = runtime_secret_source(c);
    const struct prepare_options prepare = {.objects = &source, .secrets = &secrets};
    *valid = plan && (!inputs || plan_prepare(plan, inputs, &prepare, &diagnostics));
    json_t *result = validation_result(*valid, &diagnostics);
    plan_free(plan);
    diagnostics_release(&diagnostics);
    free(blueprint);
    return result;
}

char *cloudify_validate(struct cloudify *c, const char *blueprint,
                        const struct cloudify_validate_options *options, bool *valid,
                        struct cloudify_error *err)
{
    static const struct cloudify_validate_options defaults = {0};
    const struct cloudify_validate_options *how = options ? options : &defaults;
    struct error why = {0};
    json_t *given = how->inputs ? runtime_object(how->inputs, "inputs", &why) : NULL;
    *valid = false;
    json_t *result = how->inputs && !given ? NULL : validate(c, blueprint, given, how, valid, &why);
    json_decref(given);
    return runtime_result(result, &why, err);
}

char *cloudify_schema(struct cloudify_error *err)
{
    struct error why = {0};
    json_t *schema = blueprint_schema();
    if (!schema)
        error_nomem(&why);
    return runtime_result(schema, &why, err);
}

/* @param diagnostics gets {"diagnostics": [...]} when there is no plan */
static json_t *plan(struct cloudify *c, const char *given, const json_t *inputs,
                    json_t **diagnostics, struct error *err)
{
    char *blueprint = runtime_blueprint_path(c, given, err);
    if (!blueprint)
        return NULL;
    const struct blueprint_options options = runtime_blueprint_options(c);
    struct diagnostics found = {0};
    struct plan *parsed = blueprint_parse(blueprint, &options, &found);
    struct runtime_objects objects = {c, parsed, NULL};
    const struct object_source source = runtime_object_source(&objects);
    const struct secret_source secrets = runtime_secret_source(c);
    const struct prepare_options how = {.objects = &source, .secrets = &secrets};
    struct instance_set *instances = NULL;
    json_t *result = NULL;
    if (parsed && !inputs)
        result = plan_to_json(parsed);
    else if (parsed && plan_prepare(parsed, inputs, &how, &found))
        instances = instances_create(parsed, &found);
    if (instances)
        result = deployment_plan_to_json(instances);
    if (!result && !diagnostics_ok(&found))
        *diagnostics = validation_result(false, &found);
    instances_free(instances);
    plan_free(parsed);
    diagnostics_release(&found);
    free(blueprint);
    return result;
}

char *cloudify_plan(struct cloudify *c, const char *blueprint, const char *inputs, bool *valid,
                    struct cloudify_error *err)
{
    struct error why = {0};
    json_t *given = inputs ? runtime_object(inputs, "inputs", &why) : NULL, *diagnostics = NULL;
    json_t *result = inputs && !given ? NULL : plan(c, blueprint, given, &diagnostics, &why);
    *valid = result;
    json_decref(given);
    return runtime_result(result ? result : diagnostics, &why, err);
}

/* As plan(), without node instances: the ids of two deployments always differ. */
static json_t *bound_plan(struct cloudify *c, const char *blueprint, const json_t *inputs,
                          json_t **diagnostics, struct error *err)
{
    json_t *result = plan(c, blueprint, inputs, diagnostics, err);
    if (result && inputs)
        json_object_del(result, "node_instances");
    return result;
}

char *cloudify_diff(struct cloudify *c, const char *before, const char *after, const char *inputs,
                    bool *valid, struct cloudify_error *err)
{
    struct error why = {0};
    json_t *given = inputs ? runtime_object(inputs, "inputs", &why) : NULL, *diagnostics = NULL;
    bool ok = given || !inputs;
    json_t *old = ok ? bound_plan(c, before, given, &diagnostics, &why) : NULL;
    json_t *new = old ? bound_plan(c, after, given, &diagnostics, &why) : NULL;
    json_t *steps = new ? update_steps(old, new) : NULL;
    json_t *result = steps ? json_pack("{s:o}", "steps", steps) : diagnostics;
    *valid = steps;
    json_decref(given);
    json_decref(old);
    json_decref(new);
    return runtime_result(result, &why, err);
}

static json_t *parse_yaml(const char *text, size_t length, const char *file, struct error *err)
{
    struct yaml_problem problem;
    struct yaml_document *document = yaml_parse(text, length, file, NULL, &problem);
    if (!document) {
        error_set(err, ERROR_INVALID, "%s:%d:%d: %s", file, problem.mark.line, problem.mark.column,
                  problem.message);
        return NULL;
    }
    json_t *value = yaml_to_json(yaml_root(document));
    if (!value)
        error_nomem(err);
    yaml_document_free(document);
    return value;
}

/* "key=value": the first '=' separates, the value is a YAML scalar or flow collection. */
static json_t *read_pair(const char *source, const char *equals, struct error *err)
{
    json_t *value = parse_yaml(equals + 1, strlen(equals + 1), "value", err);
    if (!value) {
        error_context(err, "input '%.*s'", (int)(equals - source), source);
        return NULL;
    }
    json_t *object = json_object();
    char *key = strndup(source, (size_t)(equals - source));
    bool ok = (object && key) || error_nomem(err);
    if (ok && json_object_set(object, key, value))
        ok = error_set(err, ERROR_INVALID, "the name of an input is not UTF-8");
    if (!ok) {
        json_decref(object);
        object = NULL;
    }
    free(key);
    json_decref(value);
    return object;
}

static json_t *read_file(const char *path, struct error *err)
{
    size_t length;
    char *text = file_read(path, INPUTS_LIMIT, &length, err);
    json_t *value = text ? parse_yaml(text, length, path, err) : NULL;
    free(text);
    if (value && !json_is_object(value)) {
        error_set(err, ERROR_INVALID, "%s: expected a dict of inputs, got a %s", path,
                  json_kind(value));
        json_decref(value);
        value = NULL;
    }
    return value;
}

char *cloudify_read_inputs(const char *source, struct cloudify_error *err)
{
    struct error why = {0};
    const char *equals = strchr(source, '=');
    bool is_pair = equals && equals > source && !file_exists(source);
    json_t *inputs = is_pair ? read_pair(source, equals, &why) : read_file(source, &why);
    if (!inputs && why.code == ERROR_NOT_FOUND)
        error_context(&why, "'%s' is neither key=value nor a file", source);
    return runtime_result(inputs, &why, err);
}

bool cloudify_is_workflow(const char *name)
{
    const struct embedded_file *file = embedded_find(embedded_types, "types.yaml");
    struct yaml_problem problem;
    struct yaml_document *types = yaml_parse(file->text, file->length, file->name, NULL, &problem);
    const struct yaml_node *workflows = types ? yaml_find(yaml_root(types), "workflows") : NULL;
    bool found = workflows && yaml_find(workflows, name);
    yaml_document_free(types);
    return found;
}
