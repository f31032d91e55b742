/* plugin_check.c - the part of cloudify.h that looks a plugin through: what Lua finds, and where
 * that is no error, what installing the plugin and using its examples would say. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/plugin_description.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "base/scratch.h"
#include "base/strbuf.h"
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

/* Whether a finding stands behind `other`, by file and line. */
static bool is_behind(const json_t *finding, const json_t *other)
{
    int order = strcmp(json_string_at(finding, "file", ""), json_string_at(other, "file", ""));
    return order > 0 ||
           (order == 0 && json_integer_at(finding, "line", 0) >= json_integer_at(other, "line", 0));
}

/* Add a finding, taken, at its place, unless another example has shown it already. */
static bool add(json_t *findings, json_t *finding, struct error *err)
{
    const json_t *other;
    size_t i, place = 0;
    json_array_foreach(findings, i, other)
    {
        if (finding && json_equal(other, finding)) {
            json_decref(finding);
            return true;
        }
        if (finding && is_behind(finding, other))
            place = i + 1;
    }
    return !json_array_insert_new(findings, place, finding) || error_nomem(err);
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
    bool is_warning = !strcmp(json_string_at(diagnostic, "severity", ""), "warning");
    const char *advice = is_warning ? "correct it, unless it is meant so"
                                    : "correct it: the example is no valid blueprint";
    const char *file = json_string_at(diagnostic, "file", NULL);
    char *below = file ? path_below(folder, file) : NULL;
    bool ok = add(findings,
                  json_pack("{s:O, s:s?, s:O, s:O, s:O, s:s}", "severity",
                            json_object_get(diagnostic, "severity"), "file", below, "line",
                            json_object_get(diagnostic, "line"), "column",
                            json_object_get(diagnostic, "column"), "message",
                            json_object_get(diagnostic, "message"), "advice",
                            json_string_at(diagnostic, "hint", advice)),
                  err);
    free(below);
    return ok;
}

/* Of an interface alone only names can be judged: its types may need those of a blueprint. Of an
 * example, all but whether a property is read: there may be more than one example. */
static bool is_wanted(const json_t *diagnostic, bool is_interface)
{
    const char *code = json_string_at(diagnostic, "code", "");
    return is_interface ? !strcmp(code, "spelling") : strcmp(code, "unread-property") != 0;
}

static bool add_diagnostics(const char *folder, const json_t *validation, bool is_interface,
                            json_t *findings, struct error *err)
{
    const json_t *diagnostic;
    size_t i;
    bool ok = true;
    json_array_foreach(json_object_get(validation, "diagnostics"), i, diagnostic)
    {
        ok = ok && (!is_wanted(diagnostic, is_interface) ||
                    add_diagnostic(folder, diagnostic, findings, err));
    }
    return ok;
}

/* Validate the blueprint at `path` by `c`, which finds the plugin in `folder`, an absolute path. */
static bool check_blueprint(struct cloudify *c, const char *folder, const char *path,
                            bool is_interface, json_t *findings, struct error *err)
{
    static const struct cloudify_validate_options options = {.strict = true};
    struct cloudify_error why = {0};
    bool valid;
    char *text = cloudify_validate(c, path, &options, &valid, &why);
    json_t *validation = text ? json_parse(text, strlen(text), path, err) : NULL;
    bool ok = validation && add_diagnostics(folder, validation, is_interface, findings, err);
    if (!text)
        error_set(err, ERROR_FAILED, "cannot check '%s': %s", path, why.text);
    json_decref(validation);
    cloudify_free(text);
    return ok;
}

/* A path in a URL, in quotes in YAML: what means something in either is escaped, and so is the
 * "--" behind a namespace. */
static void add_escaped(struct strbuf *out, const char *path)
{
    for (; *path; path++) {
        if (isalnum((unsigned char)*path) || strchr("/._", *path))
            strbuf_addc(out, *path);
        else
            strbuf_addf(out, "%%%02X", (unsigned char)*path);
    }
}

/* A blueprint with nothing in it but the plugin's interface. */
static bool check_interface(struct cloudify *c, const char *folder, const char *interface,
                            json_t *findings, struct error *err)
{
    struct scratch scratch = {0};
    if (!scratch_init_temporary(&scratch, err))
        return false;
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "tosca_definitions_version: cloudify_dsl_1_5\n"
                       "imports: ['cloudify/types/types.yaml', \"file://");
    add_escaped(&text, folder);
    strbuf_add_all(&text, "/", interface, "\"]\n");
    char *path = path_join(scratch.path, "blueprint.yaml");
    bool ok = (path && !text.failed) || error_nomem(err);
    ok = ok && file_write(path, text.text, text.length, 0600, err) &&
         check_blueprint(c, folder, path, true, findings, err);
    free(path);
    strbuf_release(&text);
    scratch_release(&scratch);
    return ok;
}

static bool check_example(struct cloudify *c, const char *folder, const char *example,
                          json_t *findings, struct error *err)
{
    char *path = path_join(folder, example);
    bool ok = path ? check_blueprint(c, folder, path, false, findings, err) : error_nomem(err);
    free(path);
    return ok;
}

/* What the compiler of blueprints says. Plugins that are imported besides are those of the caller's
 * store. */
static bool check_blueprints(struct cloudify *caller, const char *folder, const json_t *found,
                             json_t *findings, struct error *err)
{
    const char *const directories[] = {folder, NULL};
    struct cloudify_options options = caller->options;
    struct cloudify_error why = {0};
    options.plugin_directories = directories;
    struct cloudify *c = cloudify_open(&options, &why);
    bool ok = c || error_set(err, ERROR_FAILED, "cannot check blueprints: %s", why.text);
    const json_t *example;
    size_t i;
    ok = ok && check_interface(c, folder, json_string_at(found, "interface", ""), findings, err);
    json_array_foreach(json_object_get(found, "blueprints"), i, example)
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
        ok = check_blueprints(c, folder, found, findings, err);
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
