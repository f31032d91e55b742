/* plugin_description.h - what a plugin's folder tells of it: its plugin.yaml, its rockspec, the
 * rocks that are bundled with it. */
#ifndef CLOUDIFY_API_PLUGIN_DESCRIPTION_H
#define CLOUDIFY_API_PLUGIN_DESCRIPTION_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/**
 * Describe the plugin in `folder`. Name and version are those of its plugin.yaml, else those of its
 * rockspec, without the revision of the latter ("1.0" of "1.0-1").
 *
 * @return {name, version, plugins: what it declares, rockspec: its file or null, rock_version:
 *         the version in that or null, dependencies: as in the rockspec, without Lua and Cloudify
 *         themselves, bundled: {rock: version}}; new, or NULL with `err` set: ERROR_INVALID (the
 *         text says where), ERROR_NOT_FOUND, ERROR_IO, ERROR_NOMEM
 */
json_t *plugin_describe(const char *folder, struct error *err);
/** The name of the rock that a dependency ("inspect >= 3.1") asks for; new, or NULL: no memory. */
char *dependency_name(const char *dependency);
/** {rock: version} of what is in the tree of rocks `tree`; new, or NULL with `err` set. */
json_t *rocks_in_tree(const char *tree, struct error *err);

#endif
