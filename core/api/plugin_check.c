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

/* Validate an example by `c`, which finds the plugin in `folder`, an absolute path. */
static bool check_example(struct cloudify *c, const char *folder, const char *example,
                          json_t *findings, struct error *err)
{
    struct cloudify_error why = {0};
    bool valid;
    char *path = path_join(folder, example);
    char *text = path ? cloudify_validate(c, path, NULL, &valid, &why) : NULL;
    json_t *validation = text ? json_parse(text, strlen(text), example, err) : NULL;
    bool ok = validation && add_diagnostics(folder, validation, findings, err);
    if (!text)
        error_set(err, ERROR_FAILED, "cannot check '%s': %s", example, why.text);
    json_decref(validation);
    cloudify_free(text);
    free(path);
    return ok;
}

/* Plugins that an example imports besides are those of the caller's store. */
static bool check_examples(struct cloudify *caller, const char *folder, const json_t *examples,
                           json_t *findings, struct error *err)
{
    const char *const directories[] = {folder, NULL};
    struct cloudify_options options = caller->options;
    struct cloudify_error why = {0};
    options.plugin_directories = directories;
    struct cloudify *c = cloudify_open(&options, &why);
    bool ok = c || error_set(err, ERROR_FAILED, "cannot check examples: %s", why.text);
    const json_t *example;
    size_t i;
    json_array_foreach(examples, i, example)
    {
        ok = ok && check_example(c, folder, json_string_value(example), findings, err);
    }
    cloudify_close(c);
    return ok;
}

/* @return the findings, new, or NULL */
static json_t *check(struct cloudify *c, const char *folder, struct error *err)
{
    json_t *found = lua_plugin_check(folder, err);
    json_t *findings = json_incref(json_object_get(found, "findings"));
    bool ok = found && (has_error(findings) || check_description(folder, findings, err));
    if (ok && !has_error(findings))
        ok = check_examples(c, folder, json_object_get(found, "blueprints"), findings, err);
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
    *valid = false;
    char *path = directory_exists(folder) ? realpath(folder, NULL) : NULL;
    json_t *findings = path ? check(c, path, &why) : NULL;
    if (findings)
        *valid = !has_error(findings);
    else if (!path)
        error_set(&why, ERROR_NOT_FOUND, "there is no folder '%s'", folder);
    free(path);
    return runtime_result(findings, &why, err);
}
