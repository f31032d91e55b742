/* plugin_manifest.h - what the plugin.yaml of a plugin says of its package. */
#ifndef CLOUDIFY_DSL_PLUGIN_MANIFEST_H
#define CLOUDIFY_DSL_PLUGIN_MANIFEST_H

#include <jansson.h>

#include "base/error.h"

/**
 * Read plugin.yaml in `folder`, or where there is none the last of plugin_1_0.yaml to
 * plugin_1_5.yaml (dsl.md 2.3, 8.2).
 *
 * @return {file, plugins: names of all that it declares, package_name, package_version}, the last
 *         two null where none of them has it; new. Or NULL with `err` set: ERROR_NOT_FOUND (there
 *         is no such file), ERROR_INVALID (the text has file, line and column), ERROR_NOMEM
 */
json_t *plugin_manifest_read(const char *folder, struct error *err);

#endif
