/* plugin_check.c - the part of cloudify.h that looks a plugin through: what Lua finds, and where
 * that is no error, what installing the plugin and using its examples would say. */
#include <stdlib.h>
#include <string.h>

#include "api/plugin_description.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "lua/plugin_check.h"

static bool has_error(const json_t *findings)
{
    const json_t *finding;
    size_t i;
    json_array_foreach(findings, i, finding)
    {
        if (!strcmp(json_string_at(finding, "severity", ""), "error"))
            return true;
    }
    return false;
}

/* Add a finding, taken, unless another example has shown it already. */
static bool add(json_t *findings, json_t *finding, struct error *err)
{
    const json_t *other;
    size_t i;
    json_array_foreach(findings, i, other)
    {
        if (finding && json_equal(other, finding)) {
            json_decref(finding);
            return true;
        }
    }
    return !json_array_append_new(findings, finding) || error_nomem(err);
}

static bool check_description(const char *folder, json_t *findings, struct error *err)
{
    struct error why = {0};
    json_t *description = plugin_describe(folder, &why);
    json_decref(description);
    return description || add(findings,
                              json_pack("{s:s, s:s, s:s}", "severity", "error", "message", why.text,
                                        "advice", "correct it: the plugin cannot be installed so"),
                              err);
}

/* A path as it is below the plugin's folder, if it is there; new, or NULL: no memory. */
static char *path_below(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    char *real = realpath(path, NULL);
    bool inside = real && !strncmp(real, folder, length) && real[length] == '/';
    char *below = strdup(inside ? real + length + 1 : path);
    free(real);
    return below;
}

static bool add_diagnostic(const char *folder, const json_t *diagnostic, json_t *findings,
                           struct error *err)
{
    static const char advice[] = "correct it: the example is no valid blueprint";
    const char *file = json_string_at(diagnostic, "file", NULL);
    char *below = file ? path_below(folder, file) : NULL;
    bool ok = add(findings,
                  json_pack("{s:O, s:s?, s:O, s:O, s:s}", "severity",
                            json_object_get(diagnostic, "severity"), "file", below, "line",
                            json_object_get(diagnostic, "line"), "message",
                            json_object_get(diagnostic, "message"), "advice",
                            json_string_at(diagnostic, "hint", advice)),
                  err);
    free(below);
    return ok;
}

static bool add_diagnostics(const char *folder, const json_t *validation, json_t *findings,
                            struct error *err)
{
    const json_t *diagnostic;
    size_t i;
    bool ok = true;
    json_array_foreach(json_object_get(validation, "diagnostics"), i, diagnostic)
    {
        ok = ok && add_diagnostic(folder, diagnostic, findings, err);
    }
    return ok;
}

/* Validate an example, with the plugin as it is in `folder`, an absolute path. */
static bool check_example(const char *folder, const char *example, json_t *findings,
                          struct error *err)
{
    const char *const directories[] = {folder, NULL};
    const struct cloudify_options options = {.plugin_directories = directories};
    struct cloudify_error why = {0};
    bool valid;
    char *path = path_join(folder, example);
    struct cloudify *c = cloudify_open(&options, &why);
    char *text = path && c ? cloudify_validate(c, path, NULL, &valid, &why) : NULL;
    json_t *validation = text ? json_loads(text, 0, NULL) : NULL;
    bool ok = validation ? add_diagnostics(folder, validation, findings, err)
                         : error_set(err, ERROR_FAILED, "cannot check '%s': %s", example, why.text);
    json_decref(validation);
    cloudify_free(text);
    cloudify_close(c);
    free(path);
    return ok;
}

/* @return the findings, new, or NULL */
static json_t *check(const char *folder, struct error *err)
{
    json_t *found = lua_plugin_check(folder, err), *example;
    json_t *findings = json_incref(json_object_get(found, "findings"));
    bool ok = found && (has_error(findings) || check_description(folder, findings, err));
    bool examples = ok && !has_error(findings);
    size_t i;
    json_array_foreach(json_object_get(found, "blueprints"), i, example)
    {
        if (ok && examples)
            ok = check_example(folder, json_string_value(example), findings, err);
    }
    json_decref(found);
    if (ok)
        return findings;
    json_decref(findings);
    return NULL;
}

char *cloudify_plugin_check(struct cloudify *c, const char *folder, bool *valid,
                            struct cloudify_error *err)
{
    struct error why = {0};
    (void)c;
    *valid = false;
    char *path = directory_exists(folder) ? realpath(folder, NULL) : NULL;
    json_t *findings = path ? check(path, &why) : NULL;
    if (findings)
        *valid = !has_error(findings);
    else if (!path)
        error_set(&why, ERROR_NOT_FOUND, "there is no folder '%s'", folder);
    free(path);
    return runtime_result(findings, &why, err);
}
