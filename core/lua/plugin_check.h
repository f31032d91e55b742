/* plugin_check.h - looks through the folder of a plugin, in a Lua state that is dropped afterwards.
 */
#ifndef CLOUDIFY_LUA_PLUGIN_CHECK_H
#define CLOUDIFY_LUA_PLUGIN_CHECK_H

#include <jansson.h>

#include "base/error.h"

/**
 * What the module cloudify.plugin_kit.check finds. The plugin's modules are loaded.
 *
 * @param folder of the plugin, which is there
 * @return {findings: as of cloudify_plugin_check(), interface: path of its
 *         plugin.yaml, blueprints: paths of its examples}; new, or NULL with `err` set
 */
json_t *lua_plugin_check(const char *folder, struct error *err);

#endif
