/* import_properties.c - the values that an import gives to the properties of its plugins
 * (dsl.md 2.3). */
#include <string.h>

#include "dsl/compiler.h"
#include "dsl/imports.h"
#include "dsl/namespace.h"

/* Types of plugin properties, and the kinds of YAML that suit each. */
static const struct {
    const char *type;
    unsigned kinds;
} types[] = {
    {"string", 1u << YAML_STRING | 1u << YAML_INTEGER},
    {"integer", 1u << YAML_INTEGER},
    {"float", 1u << YAML_INTEGER | 1u << YAML_REAL},
    {"boolean", 1u << YAML_BOOLEAN},
    {"list", 1u << YAML_LIST},
};

static bool check_type(struct compiler *c, const struct yaml_node *value, const char *name,
                       const char *type, const struct path *path)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type))
            continue;
        return (types[i].kinds & 1u << yaml_kind(value)) ||
               compiler_error(c, &code_import_properties, value, path, NULL,
                              "property '%s' of the plugin must be of type %s, not %s", name, type,
                              yaml_kind_name(yaml_kind(value)));
    }
    return compiler_error(c, &code_import_entry, value, path, NULL,
                          "property '%s' of the plugin has the type '%s': only string, integer, "
                          "float, boolean and list can be given by an import",
                          name, type);
}

/* The schema of the property that the import calls `name`, in a plugin's properties. */
static const struct yaml_node *find_schema(const struct yaml_node *schemas, const char *name)
{
    for (size_t i = 0; i < yaml_count(schemas); i++) {
        const char *key = yaml_string(yaml_key(schemas, i));
        if (key && !strcmp(plan_local_name(key), name))
            return yaml_value(schemas, i);
    }
    return NULL;
}

static bool unknown_property(struct compiler *c, const struct yaml_node *schemas,
                             const struct yaml_node *at, const char *plugin,
                             const struct path *path)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, yaml_text(at));
    for (size_t i = 0; i < yaml_count(schemas); i++)
        suggestion_consider(&suggestion, plan_local_name(yaml_text(yaml_key(schemas, i))));
    return compiler_error(c, &code_import_properties, at, path, compiler_hint(c, &suggestion),
                          "plugin '%s' has no property '%s'", plugin, yaml_text(at));
}

static bool check_given(struct compiler *c, const struct yaml_node *given, size_t i,
                        const struct yaml_node *schemas, const char *plugin,
                        const struct path *above)
{
    const struct yaml_node *name = yaml_key(given, i), *value = yaml_value(given, i);
    const struct yaml_node *schema = find_schema(schemas, yaml_text(name));
    const char *type = field_string(schema, "type", NULL);
    struct path path = {above, yaml_text(name), 0};
    if (!schema)
        return unknown_property(c, schemas, name, plugin, &path);
    /* A dict is a call here: others are refused with the list of imports. */
    return !type || yaml_kind(value) == YAML_MAP ||
           check_type(c, value, yaml_text(name), type, &path);
}

bool import_check_properties(struct compiler *c, const struct document *document)
{
    const struct yaml_node *plugins = field_of(document->root, "plugins");
    const struct yaml_node *given = document->properties;
    bool ok = true;
    if (!given || !plugins || yaml_kind(plugins) != YAML_MAP)
        return true;
    struct path imports = {NULL, "imports", 0}, item = {&imports, NULL, document->position},
                path = {&item, yaml_text(document->at), 0};
    for (size_t i = 0; i < yaml_count(plugins); i++) {
        const struct yaml_node *schemas = field_of(yaml_value(plugins, i), "properties");
        for (size_t j = 0; schemas && j < yaml_count(given); j++)
            ok &= check_given(c, given, j, schemas, yaml_text(yaml_key(plugins, i)), &path);
    }
    return ok;
}

/* `schema` with the value that is given for it; takes `schema`. */
static json_t *with_value(struct compiler *c, json_t *schema, const struct yaml_node *value)
{
    json_t *whole = json_is_object(schema) ? json_incref(schema) : json_object();
    json_decref(schema);
    if (whole && !json_object_set_new(whole, "value", compiler_json(c, value)))
        return whole;
    json_decref(whole);
    return NULL;
}

json_t *import_plugin_properties(struct compiler *c, const struct entry *plugin)
{
    const struct yaml_node *schemas = field_of(plugin->value, "properties");
    json_t *properties = json_object();
    for (size_t i = 0; schemas && properties && i < yaml_count(schemas); i++) {
        const char *name = yaml_text(yaml_key(schemas, i));
        const struct yaml_node *given = plugin->document->properties;
        const struct yaml_node *value = given ? yaml_find(given, plan_local_name(name)) : NULL;
        json_t *schema = compiler_json(c, yaml_value(schemas, i));
        if (value && schema)
            schema = with_value(c, schema, value);
        if (json_object_set_new(properties, name, schema)) {
            json_decref(properties);
            properties = NULL;
        }
    }
    if (!properties)
        compiler_nomem(c);
    return properties;
}
