/* rockspec.h - what a plugin's Lua files say without any of the plugin's code being run. */
#ifndef CLOUDIFY_LUA_ROCKSPEC_H
#define CLOUDIFY_LUA_ROCKSPEC_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/**
 * Read a rockspec, which is Lua: it is run in a state with no library at all, for a limited time.
 *
 * @return {package, version ("1.0-1"), dependencies: list of strings}; new, or NULL with `err` set:
 *         ERROR_INVALID (the text names the file), ERROR_NOT_FOUND, ERROR_IO, ERROR_NOMEM
 */
json_t *rockspec_read(const char *path, struct error *err);

/**
 * Read a luarocks.lock, in the same way.
 *
 * @return {rock: exact version}; new, or NULL with `err` set as above
 */
json_t *rocks_lock_read(const char *path, struct error *err);

/**
 * Whether all Lua files in a plugin's folder can be compiled. Not looked at are hidden ones and
 * those in spec/, test/, tests/, rocks/, resources/, templates/, blueprint/, blueprints/,
 * examples/.
 *
 * @return false with `err` set: ERROR_INVALID ("tasks.lua:3: unexpected symbol near 'end'"),
 *         ERROR_IO, ERROR_NOMEM
 */
bool lua_folder_check(const char *folder, struct error *err);
/** Whether a folder of this name, directly in a plugin's, is looked at there. */
bool lua_folder_is_checked(const char *name);

#endif
