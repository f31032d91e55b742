/* edit.c - see edit.h. */
#include "yaml/edit.h"

#include <string.h>

#include "yaml/yaml_internal.h"

struct yaml_node *yaml_edit_root(struct yaml_document *document)
{
    const struct yaml_node *root = document->root;
    struct yaml_children *children = yaml_children_new(&document->arena, yaml_mark(root).file, 1);
    if (!children)
        return NULL;
    children->node[0] = *root;
    children->node[0].place = 0;
    return &children->node[0];
}

struct yaml_node *yaml_edit_children(struct yaml_document *document, struct yaml_node *collection)
{
    const struct yaml_children *old = collection->of.children;
    size_t count = collection->count * (collection->kind == YAML_MAP ? 2 : 1);
    struct yaml_children *children =
        yaml_children_new(&document->arena, old ? old->file : NULL, count);
    if (!children)
        return NULL;
    if (old) {
        children->slots = old->slots;
        children->slot_mask = old->slot_mask;
        children->weight = old->weight;
        memcpy(children->node, old->node, count * sizeof *children->node);
    }
    collection->of.children = children;
    return children->node;
}

struct yaml_node *yaml_edit_child(struct yaml_node *children, size_t place)
{
    return children + place;
}

bool yaml_edit_prefix(struct yaml_document *document, struct yaml_node *string, const char *prefix)
{
    size_t length = strlen(prefix);
    char *text = arena_alloc(&document->arena, length + string->count + 1);
    if (!text)
        return false;
    memcpy(text, prefix, length);
    memcpy(text + length, string->of.text, string->count + 1);
    string->of.text = text;
    string->count += (uint32_t)length;
    return true;
}

bool yaml_edit_keys_changed(struct yaml_document *document, struct yaml_node *map)
{
    return yaml_map_index(map, &document->arena);
}
