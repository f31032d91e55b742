/* import_entry.c - what one entry of a list of imports says, and whether it may say so (dsl.md 2.1,
 * 2.2). */
#include <string.h>

#include "dsl/compiler.h"
#include "dsl/imports.h"
#include "dsl/namespace.h"
#include "functions/functions.h"

/* What is imported, written alone or as the key of its properties; NULL for anything else. */
const struct yaml_node *import_entry_name(const struct yaml_node *item)
{
    bool has_properties = yaml_kind(item) == YAML_MAP && yaml_count(item) == 1;
    const struct yaml_node *name = has_properties ? yaml_key(item, 0) : item;
    return yaml_kind(name) == YAML_STRING ? name : NULL;
}

static bool check_new(struct compiler *c, const struct yaml_node *item, const char *name,
                      struct map *seen, const struct path *path)
{
    static char here[] = "here";
    if (map_has(seen, name))
        return compiler_error(c, &code_duplicate_import, item, path, NULL, "'%s' is imported twice",
                              name);
    return map_set(seen, name, here) || compiler_nomem(c);
}

/* Where the part after the namespace begins; `name` itself if there is none. */
const char *import_without_namespace(const char *name)
{
    const char *rest = name;
    for (const char *at = name; (at = strstr(at, NAMESPACE_DELIMITER)); at++)
        rest = at + strlen(NAMESPACE_DELIMITER);
    return rest;
}

static bool check_namespace(struct compiler *c, const struct yaml_node *at, const struct path *path)
{
    const char *name = yaml_string(at), *rest = import_without_namespace(name);
    const char *first = strstr(name, NAMESPACE_DELIMITER);
    if (rest == name || first + strlen(NAMESPACE_DELIMITER) == rest)
        return true;
    return compiler_error(c, &code_import_namespace, at, path, NULL,
                          "import '%s': a namespace must not have '" NAMESPACE_DELIMITER "' in it",
                          name);
}

static bool check_property(struct compiler *c, const struct yaml_node *properties, size_t i,
                           const struct path *above)
{
    const struct yaml_node *value = yaml_value(properties, i);
    struct path path = {above, yaml_text(yaml_key(properties, i)), 0};
    if (yaml_kind(value) == YAML_MAP) {
        json_t *json = compiler_json(c, value);
        bool is_call = function_is_call(json);
        json_decref(json);
        if (is_call)
            return true;
    } else if (yaml_kind(value) != YAML_NULL) {
        return true;
    }
    return compiler_error(c, &code_import_entry, value, &path, NULL,
                          "property '%s' of an import must be a string, a number, a boolean, a "
                          "list or a function, not a %s",
                          path.key, yaml_kind_name(yaml_kind(value)));
}

static bool check_properties(struct compiler *c, const struct yaml_node *item,
                             const struct path *path)
{
    const struct yaml_node *properties = yaml_value(item, 0);
    struct path below = {path, yaml_text(yaml_key(item, 0)), 0};
    if (yaml_kind(properties) != YAML_MAP && yaml_kind(properties) != YAML_NULL)
        return compiler_error(c, &code_schema, properties, &below, NULL,
                              "the properties of an import must be a dict, not a %s",
                              yaml_kind_name(yaml_kind(properties)));
    if (!compiler_has_version(c, 5))
        return compiler_error(c, &code_needs_version, item, path, NULL,
                              "imports with properties are not supported in version "
                              "cloudify_dsl_1_%d, they were added in cloudify_dsl_1_5",
                              c->version);
    bool ok = true;
    for (size_t i = 0; i < yaml_count(properties); i++)
        ok &= check_property(c, properties, i, &below);
    return ok;
}

bool import_entry_check(struct compiler *c, const struct yaml_node *item, struct map *seen,
                        const struct path *path)
{
    const struct yaml_node *name = import_entry_name(item);
    if (yaml_kind(item) == YAML_MAP && yaml_count(item) != 1)
        return compiler_error(c, &code_import_entry, item, path,
                              "write '- IMPORT: {property: value}'",
                              "an import with properties must be a dict with one key");
    if (!name)
        return compiler_error(c, &code_import_entry, item, path, NULL,
                              "an import must be a string, or a dict of a string and properties");
    return check_new(c, item, yaml_string(name), seen, path) && check_namespace(c, name, path) &&
           (yaml_kind(item) != YAML_MAP || check_properties(c, item, path));
}
