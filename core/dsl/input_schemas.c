/* input_schemas.c - see input_schemas.h. */
#include "dsl/input_schemas.h"

#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/plan_internal.h"
#include "dsl/types.h"
#include "dsl/values.h"

static bool check_item_type(struct compiler *c, const char *subject, const struct yaml_node *schema,
                            const struct path *path)
{
    const struct yaml_node *item_type = field_of(schema, "item_type");
    struct path below = {path, "item_type", 0};
    if (!item_type)
        return true;
    if (strcmp(field_string(schema, "type", ""), "list"))
        return compiler_error(c, &code_item_type_without_list, item_type, &below, NULL,
                              "%s: 'item_type' needs 'type: list'", subject);
    if (!type_is_primitive(yaml_string(item_type)))
        return compiler_error(c, &code_item_type_kind, item_type, &below, NULL,
                              "%s: 'item_type' must be a built-in type, not '%s'", subject,
                              yaml_string(item_type));
    return true;
}

static bool check_display(struct compiler *c, const char *subject, const struct yaml_node *schema,
                          const struct path *path)
{
    const struct yaml_node *display = field_of(schema, "display");
    if (display && strcmp(field_string(schema, "type", ""), "textarea"))
        return compiler_error(c, &code_display_type, display, path, NULL,
                              "%s: 'display' needs 'type: textarea'", subject);
    if (field_boolean(schema, "hidden", false) && field_boolean(schema, "required", true) &&
        !yaml_find(schema, "default"))
        return compiler_error(c, &code_hidden_input, field_of(schema, "hidden"), path, NULL,
                              "%s: it is hidden and required, so it needs a default", subject);
    return true;
}

/* Check the default in `schema` and put what completes it in its place. */
static bool complete_default(const struct given *given, json_t *schema)
{
    json_t *bare = json_copy_whole(schema);
    json_t *value = NULL;
    if (bare && !json_object_del(bare, "default"))
        value = given_value(given, bare, json_object_get(schema, "default"), false);
    json_decref(bare);
    return value && !json_object_set(schema, "default", value);
}

json_t *input_schema_compile(struct compiler *c, const char *subject, const struct yaml_node *at,
                             const struct yaml_node *node, const struct path *path)
{
    const struct yaml_node *value = field_of(node, "default");
    struct path below = {path, "default", 0};
    struct given given = {c, subject, value, at, &below};
    bool is_empty = !node || yaml_kind(node) == YAML_NULL;
    if (!compiler_check_type(c, subject, node, path) || !check_item_type(c, subject, node, path) ||
        !check_display(c, subject, node, path))
        return NULL;
    json_t *schema = is_empty ? json_object() : compiler_json(c, node);
    if (schema && (!value || complete_default(&given, schema)))
        return schema;
    json_decref(schema);
    return NULL;
}

json_t *input_schemas_compile(struct compiler *c, const char *owner, const char *what,
                              const struct yaml_node *node, const struct path *path)
{
    json_t *schemas = json_object();
    bool ok = schemas || compiler_nomem(c);
    for (size_t i = 0; schemas && node && i < yaml_count(node); i++) {
        const char *name = yaml_text(yaml_key(node, i));
        struct path below = {path, name, 0};
        struct strbuf subject = STRBUF_INIT;
        strbuf_addf(&subject, "%s: %s '%s'", owner, what, name);
        json_t *schema =
            input_schema_compile(c, subject.text, yaml_key(node, i), yaml_value(node, i), &below);
        ok &= schema && !json_object_set_new(schemas, name, schema);
        strbuf_release(&subject);
    }
    if (ok)
        return plan_keep(c->plan, schemas);
    json_decref(schemas);
    return NULL;
}
