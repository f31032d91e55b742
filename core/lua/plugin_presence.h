/* plugin_presence.h - whether the modules of plugins can be found, before anything calls them. */
#ifndef CLOUDIFY_LUA_PLUGIN_PRESENCE_H
#define CLOUDIFY_LUA_PLUGIN_PRESENCE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/**
 * Look for modules as an operation does (plugin_loader.lua), in a state that is dropped afterwards;
 * none is loaded.
 *
 * @param functions list of {plugin: {name, folder, directories}, module, name}
 * @param resources folder of the blueprint
 * @param is_new whether that is the user's own, not a deployment's copy
 * @return the index of the first one whose module is nowhere, with `err` set: ERROR_PLUGIN (what
 *         was looked for, where, and what can be done); -1: there is none, or with `err` set that
 *         it is not known
 */
int lua_plugin_absent(const json_t *functions, const char *resources, bool is_new,
                      struct error *err);

#endif
