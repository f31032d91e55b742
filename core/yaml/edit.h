/* edit.h - a changed copy of a tree: what does not change is shared with the original.
 *
 * A copy begins with yaml_edit_root(); yaml_edit_children() goes one level down. What these give
 * may be changed until the tree is handed to others, the original stays as it is. All of it lives
 * as long as the document. Each function that allocates says when it is out of memory.
 */
#ifndef CLOUDIFY_YAML_EDIT_H
#define CLOUDIFY_YAML_EDIT_H

#include "yaml/yaml.h"

/** A copy of the outermost node, its children not yet copied; NULL: no memory. */
struct yaml_node *yaml_edit_root(struct yaml_document *document);
/**
 * Give a list or map that is a copy children of its own.
 *
 * @return item `i` of a list at place i; key and value of entry `i` of a map at 2 i and 2 i + 1;
 *         NULL: no memory
 */
struct yaml_node *yaml_edit_children(struct yaml_document *document, struct yaml_node *collection);
/** A child out of those that yaml_edit_children() has given. */
struct yaml_node *yaml_edit_child(struct yaml_node *children, size_t place);
/** Put `prefix` before the text of a string that is a copy. @return false: no memory */
bool yaml_edit_prefix(struct yaml_document *document, struct yaml_node *string, const char *prefix);
/** Let a map whose keys have changed be searched again; they must differ. @return false: no memory
 */
bool yaml_edit_keys_changed(struct yaml_document *document, struct yaml_node *map);

#endif
