/* luarocks.h - the rocks that a plugin needs, fetched by LuaRocks into a tree of their own. */
#ifndef CLOUDIFY_API_LUAROCKS_H
#define CLOUDIFY_API_LUAROCKS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/**
 * Install what the rockspec of a plugin depends on, and that in turn, into a new tree. Cloudify
 * itself counts as provided. Versions that `folder`/luarocks.lock names are taken.
 *
 * @param folder   of the plugin
 * @param rockspec its file there
 * @param tree     not there yet
 * @return {rock: exact version}; new, or NULL with `err` set: ERROR_FAILED (LuaRocks says why, or
 *         the lock file does not suit the rockspec), ERROR_NOT_FOUND (there is no LuaRocks),
 *         ERROR_IO, ERROR_NOMEM
 */
json_t *luarocks_resolve(const char *folder, const char *rockspec, const char *tree,
                         struct error *err);
/** Write luarocks.lock with the rocks {rock: version}. */
bool luarocks_write_lock(const char *folder, const json_t *rocks, struct error *err);

#endif
