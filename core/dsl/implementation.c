/* implementation.c - what a mapping leads to: a plugin's function or a script (operations.h). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/namespace.h"
#include "dsl/operations.h"
#include "dsl/strict.h"

enum { DOT_LIMIT = 64 }; /* in the name of a plugin, so that no mapping takes long */

/* The plugin that `mapping` begins with; `*count` of them do: names may have dots in them. */
static const struct plan_plugin *find_plugin(struct compiler *c, const char *mapping, size_t *count)
{
    const struct plan_plugin *found = NULL;
    char *name = arena_strdup(&c->scratch, mapping);
    char *dot = name ? strchr(name, '.') : NULL;
    *count = 0;
    for (int i = 0; dot && i < DOT_LIMIT; i++) {
        *dot = '\0';
        const struct plan_plugin *plugin = map_get(&c->plugins, name);
        *dot = '.';
        if (plugin) {
            found = plugin;
            ++*count;
        }
        dot = strchr(dot + 1, '.');
    }
    return found;
}

bool mapping_is_url(const char *mapping)
{
    const char *c = mapping;
    while (isalnum((unsigned char)*c) || (c > mapping && strchr("+.-", *c) && *c))
        c++;
    return c > mapping && *c == ':' && isalpha((unsigned char)*mapping);
}

static bool exists_below(struct compiler *c, const char *directory, const char *name)
{
    char *path = directory ? path_join(directory, name) : NULL;
    bool exists = path && file_exists(path) && !directory_exists(path);
    if (directory && !path)
        compiler_nomem(c);
    free(path);
    return exists;
}

/* Whether `mapping` is a file beside the blueprint or among the resources. Many operations have the
 * same mapping: each is looked for once. */
static bool is_script_file(struct compiler *c, const char *mapping)
{
    static char yes[] = "yes", no[] = "no";
    const char *known = map_get(&c->script_files, mapping);
    if (known)
        return known == yes;
    const char *name = plan_local_name(mapping);
    bool exists = exists_below(c, c->directory, name) ||
                  exists_below(c, c->options ? c->options->resources : NULL, name);
    if (!map_set(&c->script_files, mapping, exists ? yes : no))
        compiler_nomem(c);
    return exists;
}

bool mapping_is_inline(const char *mapping)
{
    const char *end = mapping + strlen(mapping);
    while (end > mapping && isspace((unsigned char)end[-1]))
        end--;
    while (isspace((unsigned char)*mapping))
        mapping++;
    return mapping < end && memchr(mapping, '\n', (size_t)(end - mapping));
}

/* Whether it belongs to an imported blueprint, with which its scripts were uploaded. */
static bool is_remote_script(struct compiler *c, const char *mapping)
{
    const char *end = strstr(mapping, NAMESPACE_DELIMITER);
    char *namespace = arena_strndup(&c->scratch, mapping, end ? (size_t)(end - mapping) : 0);
    return namespace && json_object_get(c->plan->namespaces_mapping, namespace);
}

/* A script beside the imported blueprint that its namespaces, or the outer ones of them, stand for:
 * its path from the main blueprint; NULL: there is none. */
static const char *script_of_blueprint(struct compiler *c, const char *mapping)
{
    const char *local = plan_local_name(mapping);
    size_t delimiter = strlen(NAMESPACE_DELIMITER);
    struct strbuf namespace = STRBUF_INIT, path = STRBUF_INIT;
    const char *id = NULL, *found = NULL;
    if (local == mapping || !json_object_size(c->plan->namespaces_mapping))
        return NULL;
    strbuf_add(&namespace, mapping, (size_t)(local - mapping) - delimiter);
    while (!(id = json_string_at(c->plan->namespaces_mapping, namespace.text, NULL)) &&
           (local = plan_local_name(namespace.text)) != namespace.text)
        strbuf_truncate(&namespace, (size_t)(local - namespace.text) - delimiter);
    if (id) {
        strbuf_add_all(&path, "blueprints/", id, "/", plan_local_name(mapping));
        found =
            exists_below(c, c->directory, path.text) ? arena_strdup(&c->arena, path.text) : NULL;
    }
    strbuf_release(&namespace);
    strbuf_release(&path);
    return found;
}

/* The function `function` of the plugin that runs scripts; `key`: the input that `script` becomes,
 * or NULL. */
static bool use_script_plugin(struct compiler *c, const char *key, const char *script,
                              const char *function, const char *subject, const struct yaml_node *at,
                              const struct path *path, struct implementation *out)
{
    for (size_t i = 0; i < c->plan->plugin_count; i++) {
        const struct plan_plugin *plugin = &c->plan->plugins[i];
        size_t length = strlen(plugin->name);
        if (length >= 6 && !strcmp(plugin->name + length - 6, "script")) {
            *out = (struct implementation){plugin, function, key, script};
            return true;
        }
    }
    return compiler_error(c, &code_no_script_plugin, at, path,
                          "import cloudify/types/types.yaml, which declares it",
                          "%s: a script needs a plugin whose name ends with 'script'", subject);
}

static bool use_script(struct compiler *c, const char *key, const char *script,
                       const char *function, const json_t *inputs, const char *subject,
                       const struct yaml_node *at, const struct path *path,
                       struct implementation *out)
{
    if (json_object_get(inputs, "script_path") || json_object_get(inputs, "script_source"))
        return compiler_error(c, &code_script_given_twice, at, path, NULL,
                              "%s: the script is given by an input as well", subject);
    return use_script_plugin(c, key, script, function, subject, at, path, out);
}

/* "script_runner.tasks.run": the function may be named without its plugin. */
static bool is_script_function(const char *mapping)
{
    static const char module[] = "script_runner.";
    return !strncmp(mapping, module, sizeof module - 1);
}

static bool not_resolved(struct compiler *c, const char *mapping,
                         const struct diagnostic_code *code, const char *subject,
                         const struct yaml_node *at, const struct path *path)
{
    size_t length = strcspn(mapping, ".");
    char *first = arena_strndup(&c->arena, mapping, length);
    if (!first)
        return compiler_nomem(c);
    struct suggestion suggestion;
    suggestion_init(&suggestion, first);
    for (size_t i = 0; i < c->plan->plugin_count; i++)
        suggestion_consider(&suggestion, c->plan->plugins[i].name);
    return compiler_error(c, code, at, path, compiler_hint(c, &suggestion),
                          "%s: '%s' is neither a function of a declared plugin nor a script beside "
                          "the blueprint",
                          subject, mapping);
}

static bool use_plugin(struct compiler *c, const struct plan_plugin *plugin, const char *mapping,
                       const struct diagnostic_code *code, const char *subject,
                       const struct yaml_node *at, const struct path *path,
                       struct implementation *out)
{
    const char *function = mapping + strlen(plugin->name) + 1;
    if (!*function)
        return compiler_error(c, code, at, path, NULL, "%s: '%s' names no function", subject,
                              mapping);
    *out = (struct implementation){plugin, function, NULL, NULL};
    return true;
}

static bool find(struct compiler *c, const char *mapping, const char *script_function,
                 const json_t *inputs, const struct diagnostic_code *unresolved,
                 const char *subject, const struct yaml_node *at, const struct path *path,
                 struct implementation *out)
{
    size_t count = 0;
    const struct plan_plugin *plugin = find_plugin(c, mapping, &count);
    const char *of_blueprint = script_of_blueprint(c, mapping);
    if (of_blueprint)
        return use_script(c, "script_path", of_blueprint, script_function, inputs, subject, at,
                          path, out);
    if (mapping_is_url(mapping) || is_script_file(c, mapping))
        return use_script(c, "script_path", mapping, script_function, inputs, subject, at, path,
                          out);
    if (mapping_is_inline(mapping))
        return use_script(c, "script_source", mapping, script_function, inputs, subject, at, path,
                          out);
    if (!count && is_remote_script(c, mapping))
        return use_script(c, "script_path", mapping, script_function, inputs, subject, at, path,
                          out);
    if (count == 1)
        return use_plugin(c, plugin, mapping, unresolved, subject, at, path, out);
    if (count > 1)
        return compiler_error(c, &code_ambiguous_plugin, at, path, NULL,
                              "%s: '%s' begins with the names of several plugins", subject,
                              mapping);
    if (is_script_function(mapping))
        return use_script_plugin(c, NULL, NULL, mapping, subject, at, path, out);
    return not_resolved(c, mapping, unresolved, subject, at, path);
}

bool implementation_find(struct compiler *c, const char *mapping, const char *script_function,
                         const json_t *inputs, const struct diagnostic_code *unresolved,
                         const char *subject, const struct yaml_node *at, const struct path *path,
                         struct implementation *out)
{
    if (!find(c, mapping, script_function, inputs, unresolved, subject, at, path, out))
        return false;
    strict_check_code(c, out, mapping, subject, at, path);
    return true;
}
