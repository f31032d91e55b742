/* namespace.c - see namespace.h. Which values are names is said by the tables of the elements. */
#include "dsl/namespace.h"

#include <string.h>

#include "base/strbuf.h"
#include "dsl/compiler.h"
#include "dsl/operations.h"
#include "dsl/values.h"
#include "functions/functions.h"
#include "yaml/edit.h"

struct namespacing {
    struct yaml_document *document;
    const char *prefix; /* "ns--" */
};

/* Each changes `node`, which is a copy, where need be; false: no memory. */
static bool apply_element(const struct namespacing *n, const struct element *element,
                          struct yaml_node *node);
static bool apply_free(const struct namespacing *n, struct yaml_node *node);

bool namespace_is_global(const char *name)
{
    return !strncmp(name, "cloudify.", 9);
}

static bool apply_name(const struct namespacing *n, struct yaml_node *node)
{
    const char *name = yaml_string(node);
    return !name || namespace_is_global(name) || yaml_edit_prefix(n->document, node, n->prefix);
}

static bool apply_type(const struct namespacing *n, struct yaml_node *node)
{
    const char *name = yaml_string(node);
    return !name || type_is_primitive(name) || apply_name(n, node);
}

/* A script that is given as such is nobody's name. */
static bool apply_code(const struct namespacing *n, struct yaml_node *node)
{
    const char *code = yaml_string(node);
    return !code || !*code || mapping_is_inline(code) || mapping_is_url(code) ||
           apply_name(n, node);
}

static bool apply_keys(const struct namespacing *n, struct yaml_node *map)
{
    if (yaml_kind(map) != YAML_MAP || !yaml_count(map))
        return true;
    struct yaml_node *children = yaml_edit_children(n->document, map);
    for (size_t i = 0; children && i < yaml_count(map); i++) {
        if (!apply_name(n, yaml_edit_child(children, 2 * i)))
            return false;
    }
    return children && yaml_edit_keys_changed(n->document, map);
}

/* ---- values that may have functions in them ---- */

static bool is_reference(const struct yaml_node *node, enum function_refers refers)
{
    const char *name = yaml_string(node);
    return name && (refers == FUNCTION_REFERS_INPUT || !function_is_scope_word(name));
}

/* The argument that names an input or a node: the first of a list, or a string alone. */
static bool apply_arguments(const struct namespacing *n, struct yaml_node *arguments,
                            enum function_refers refers)
{
    if (refers == FUNCTION_REFERS_INPUT && yaml_string(arguments))
        return yaml_edit_prefix(n->document, arguments, n->prefix);
    if (yaml_kind(arguments) != YAML_LIST || !yaml_count(arguments) ||
        !is_reference(yaml_item(arguments, 0), refers))
        return true;
    struct yaml_node *children = yaml_edit_children(n->document, arguments);
    return children && yaml_edit_prefix(n->document, yaml_edit_child(children, 0), n->prefix);
}

/* What the call at `key` refers to; nothing if there is no call: other keys stand beside it. */
static enum function_refers refers_to(const struct yaml_node *map, size_t i)
{
    const char *key = yaml_string(yaml_key(map, i));
    bool is_call = yaml_count(map) == 1 || (yaml_count(map) == 2 && yaml_find(map, "type"));
    return is_call && key ? function_refers(key) : FUNCTION_REFERS_NOTHING;
}

/* Whether there is anything to change below `node`: most values are left as they are. */
static bool has_references(const struct yaml_node *node)
{
    bool is_map = yaml_kind(node) == YAML_MAP;
    for (size_t i = 0; i < yaml_count(node); i++) {
        if ((is_map && refers_to(node, i)) ||
            has_references(is_map ? yaml_value(node, i) : yaml_item(node, i)))
            return true;
    }
    return false;
}

static bool apply_free_children(const struct namespacing *n, struct yaml_node *node)
{
    bool is_map = yaml_kind(node) == YAML_MAP;
    struct yaml_node *children = yaml_edit_children(n->document, node);
    bool ok = children;
    for (size_t i = 0; ok && i < yaml_count(node); i++) {
        struct yaml_node *child = yaml_edit_child(children, is_map ? 2 * i + 1 : i);
        enum function_refers refers = is_map ? refers_to(node, i) : FUNCTION_REFERS_NOTHING;
        ok = (!refers || apply_arguments(n, child, refers)) && apply_free(n, child);
    }
    return ok;
}

static bool apply_free(const struct namespacing *n, struct yaml_node *node)
{
    return !has_references(node) || apply_free_children(n, node);
}

/* ---- elements ---- */

static bool apply_entries(const struct namespacing *n, const struct element *element,
                          struct yaml_node *node)
{
    bool is_map = yaml_kind(node) == YAML_MAP;
    if (!yaml_count(node))
        return true;
    struct yaml_node *children = yaml_edit_children(n->document, node);
    bool ok = children;
    for (size_t i = 0; ok && i < yaml_count(node); i++)
        ok = apply_element(n, element, yaml_edit_child(children, is_map ? 2 * i + 1 : i));
    return ok;
}

static bool apply_references(const struct namespacing *n, struct yaml_node *node)
{
    if (yaml_kind(node) != YAML_LIST || !yaml_count(node))
        return apply_name(n, node);
    struct yaml_node *children = yaml_edit_children(n->document, node);
    bool ok = children;
    for (size_t i = 0; ok && i < yaml_count(node); i++)
        ok = apply_name(n, yaml_edit_child(children, i));
    return ok;
}

static bool apply_content(const struct namespacing *n, const struct element_field *field,
                          struct yaml_node *node)
{
    switch (field->shape) {
    case SHAPE_FREE:
        return apply_free(n, node);
    case SHAPE_ELEMENT:
        return apply_element(n, field->element, node);
    case SHAPE_NAMED:
        return yaml_kind(node) != YAML_MAP || apply_entries(n, field->element, node);
    case SHAPE_LIST:
        return yaml_kind(node) != YAML_LIST || apply_entries(n, field->element, node);
    case SHAPE_STRINGS:
        return true;
    }
    return true;
}

static bool apply_field(const struct namespacing *n, const struct element_field *field,
                        struct yaml_node *node)
{
    switch (field->namespace) {
    case NAMESPACE_CONTENT:
        return apply_content(n, field, node);
    case NAMESPACE_NAMES:
        return apply_keys(n, node) && apply_content(n, field, node);
    case NAMESPACE_REFERS:
        return apply_references(n, node);
    case NAMESPACE_TYPE:
        return apply_type(n, node);
    case NAMESPACE_CODE:
        return apply_code(n, node);
    case NAMESPACE_NOTHING:
        return true;
    }
    return true;
}

static bool apply_fields(const struct namespacing *n, const struct element *element,
                         struct yaml_node *node)
{
    if (!yaml_count(node))
        return true;
    struct yaml_node *children = yaml_edit_children(n->document, node);
    bool ok = children;
    for (size_t i = 0; ok && i < yaml_count(node); i++) {
        const struct element_field *field = element_field(element, yaml_text(yaml_key(node, i)));
        ok = !field || apply_field(n, field, yaml_edit_child(children, 2 * i + 1));
    }
    return ok;
}

static bool apply_element(const struct namespacing *n, const struct element *element,
                          struct yaml_node *node)
{
    if (yaml_kind(node) != YAML_MAP)
        return !element->short_form || apply_code(n, node);
    return element->entries ? apply_entries(n, element->entries, node)
                            : apply_fields(n, element, node);
}

const struct yaml_node *namespace_apply(struct compiler *c, struct yaml_document *document,
                                        const char *namespace)
{
    struct strbuf prefix = STRBUF_INIT;
    strbuf_add_all(&prefix, namespace, NAMESPACE_DELIMITER);
    const struct namespacing n = {document, prefix.text};
    struct yaml_node *root = yaml_edit_root(document);
    bool ok = root && apply_element(&n, &element_blueprint, root);
    strbuf_release(&prefix);
    if (ok)
        return root;
    compiler_nomem(c);
    return NULL;
}
