/* blueprint_case.c - cases that parse a blueprint, and make a deployment of it. */
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "conformance.h"
#include "deployment/deployment.h"
#include "dsl/blueprint.h"

/* 2026-11-23 12:00 UTC, about when the original gave the results of the cases. */
static const time_t case_time = 1795435200;

struct imports {
    const char *directory;
    const json_t *map; /* what may be imported -> file in the directory */
};

/* The file that an import stands for, in the directory of the case. */
static char *locate_import(void *data, const char *name, struct error *err)
{
    const struct imports *imports = data;
    const char *file = json_string_at(imports->map, name, NULL);
    if (!file)
        return NULL;
    char *path = path_join(imports->directory, file);
    if (!path)
        error_nomem(err);
    return path;
}

static char *read_import(void *data, const char *name, size_t *length, struct error *err)
{
    (void)data;
    *length = 0;
    error_set(err, ERROR_NOT_FOUND, "'%s' is not among the imports of the case", name);
    return NULL;
}

/* The first option of the request that this program does not know, or NULL. */
static const char *unknown_option(const json_t *options)
{
    static const char *const known[] = {"import_map",
                                        "resources_base_path",
                                        "secrets",
                                        "runtime_only_evaluation",
                                        "validate_intrinsic_function",
                                        "auto_correct_types",
                                        "validate_input_defaults",
                                        "validate_version"};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)options, name, value)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || !strcmp(known[i], name);
        if (!found)
            return name;
    }
    return NULL;
}

static struct plan *parse(const char *directory, const json_t *request, struct diagnostics *out)
{
    const json_t *options = json_object_get(request, "options");
    const char *base = json_string_at(options, "resources_base_path", NULL);
    struct imports imports = {directory, json_object_get(options, "import_map")};
    struct import_resolver resolver = {
        .data = &imports, .locate = locate_import, .read = read_import};
    char *path = path_join(directory, json_string_at(request, "main", ""));
    char *resources = base ? path_join(directory, base) : NULL;
    struct blueprint_options how = {
        .resolver = &resolver,
        .resources = resources,
        .now = case_time,
        .ignore_versions = !json_boolean_at(options, "validate_version", true),
        .keep_invalid_functions = !json_boolean_at(options, "validate_intrinsic_function", true),
        .keep_invalid_defaults = !json_boolean_at(options, "validate_input_defaults", true)};
    struct plan *plan = NULL;
    if (path && (resources || !base))
        plan = blueprint_parse(path, &how, out);
    else
        diagnostics_nomem(out);
    free(path);
    free(resources);
    return plan;
}

/* All secrets exist but for those that the case lists. */
static bool secret_exists(void *data, const char *name, struct error *err)
{
    json_t *missing = json_object_get(data, "missing");
    (void)err;
    for (size_t i = 0; i < json_array_size(missing); i++) {
        if (!strcmp(json_string_value(json_array_get(missing, i)), name))
            return false;
    }
    return true;
}

static json_t *deployed(struct plan *plan, const json_t *request, struct diagnostics *out)
{
    const json_t *options = json_object_get(request, "options");
    json_t *secrets = json_object_get(options, "secrets");
    struct secret_source source = {.data = secrets, .exists = secret_exists};
    const struct prepare_options how = {
        .auto_correct_types = json_boolean_at(options, "auto_correct_types", false),
        .runtime_only = json_boolean_at(options, "runtime_only_evaluation", false),
        .secrets = secrets ? &source : NULL};
    struct instance_set *set = NULL;
    if (plan_prepare(plan, json_object_get(request, "inputs"), &how, out))
        set = instances_create(plan, out);
    json_t *answer =
        set ? json_pack("{s:o}", "plan", deployment_plan_to_json(set)) : answer_diagnostics(out);
    instances_free(set);
    return answer;
}

static json_t *answer_blueprint(const char *directory, const json_t *request, bool is_deployed)
{
    const char *option = unknown_option(json_object_get(request, "options"));
    struct diagnostics out = {0};
    struct error err = {0};
    if (option) {
        error_set(&err, ERROR_UNSUPPORTED, "option '%s' is not supported", option);
        return answer_error(&err);
    }
    struct plan *plan = parse(directory, request, &out);
    json_t *answer = !plan         ? answer_diagnostics(&out)
                     : is_deployed ? deployed(plan, request, &out)
                                   : json_pack("{s:o}", "plan", plan_to_json(plan));
    plan_free(plan);
    diagnostics_release(&out);
    return answer;
}

json_t *answer_parse(const char *directory, const json_t *request)
{
    return answer_blueprint(directory, request, false);
}

json_t *answer_deployment_plan(const char *directory, const json_t *request)
{
    return answer_blueprint(directory, request, true);
}
