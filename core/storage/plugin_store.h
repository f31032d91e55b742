/* plugin_store.h - the plugins that are installed in a store: of each version a row of the catalog
 * and a folder, plugins/NAME/VERSION.
 *
 * Plugins are installed and removed, and deployments made, under one lock of the store: none is
 * removed while a deployment that uses it comes into being. Errors as in storage.h.
 */
#ifndef CLOUDIFY_STORAGE_PLUGIN_STORE_H
#define CLOUDIFY_STORAGE_PLUGIN_STORE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct deployment_store;
struct plugin_draft;
struct store;

struct plugin_record {
    const char *name, *version; /* of the package; good names of files, see plugin_name_check() */
    const json_t *details;      /* object: what else is to be remembered */
};

/** Whether `text`, the `what` of a plugin, can name a folder; else ERROR_INVALID. */
bool plugin_name_check(const char *text, const char *what, struct error *err);

/**
 * Begin to install a plugin: wait for the lock of the store, clear away what an earlier one left
 * half done, make an empty folder.
 *
 * @return new (plugin_draft_free() it), or NULL with `err` set
 */
struct plugin_draft *plugin_draft_new(struct store *store, struct error *err);
/** A folder to work in, empty at first; borrowed, until the draft is freed. */
const char *plugin_draft_folder(const struct plugin_draft *draft);
/**
 * Make a folder an installed plugin, durably: a crash leaves all of it or nothing that counts.
 *
 * @param from that of the draft, or one below it
 * @return false with `err` set: ERROR_EXISTS (this version is installed), ERROR_INVALID
 */
bool plugin_draft_commit(struct plugin_draft *draft, const char *from,
                         const struct plugin_record *record, struct error *err);
/** Give back the lock; what is not committed is removed. NULL is allowed. */
void plugin_draft_free(struct plugin_draft *draft);

/**
 * All installed plugins: a list of {name, version, installed_at, folder: absolute, details}, by
 * name; new, or NULL with `err` set.
 *
 * @param name only the versions of this one; NULL: all
 */
json_t *plugin_store_list(struct store *store, const char *name, struct error *err);
/** Where a version is installed, or would be: an absolute path, new, or NULL: no memory. */
char *plugin_store_folder(const struct store *store, const char *name, const char *version);
/** The ids of the deployments that use a version, sorted: a list, new, or NULL with `err` set. */
json_t *plugin_store_users(struct store *store, const char *name, const char *version,
                           struct error *err);
/**
 * Remove an installed plugin.
 *
 * @param force also while deployments use it
 * @return false with `err` set: ERROR_NOT_FOUND, ERROR_STATE (names the deployments that use it)
 */
bool plugin_store_remove(struct store *store, const char *name, const char *version, bool force,
                         struct error *err);

/**
 * Where a deployment has the code of its plugins: an object of {folder} (in the copy of the
 * blueprint's folder) or {package_name, package_version} (installed) by the names that the
 * blueprint has for them; new, or NULL with `err` set.
 */
json_t *deployment_store_plugins(struct deployment_store *ds, struct error *err);
/**
 * Let a deployment have one more plugin, an installed one.
 *
 * @return false with `err` set: ERROR_NOT_FOUND (it was uninstalled just now), ERROR_STORAGE
 */
bool deployment_store_add_plugin(struct store *store, struct deployment_store *ds, const char *name,
                                 const char *package_name, const char *package_version,
                                 struct error *err);

#endif
