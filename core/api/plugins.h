/* plugins.h - the installed plugins, as the parts of the embedding API use them. */
#ifndef CLOUDIFY_API_PLUGINS_H
#define CLOUDIFY_API_PLUGINS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct cloudify;
struct deployment_store;
struct plan;
struct store;

/** The rows of plugin_store_list() of one package (NULL: of all, by name), newest version first;
 * new, or NULL with `err` set. */
json_t *plugin_versions(struct store *store, const char *name, struct error *err);

/* ---- deployment_plugins.c: where a deployment has the code of its plugins ---- */

/* What a new deployment is told of its plugins. */
struct deployment_plugins {
    json_t *places; /* deployment_store_plugins() */
    json_t *copies; /* {path below the copy of the blueprint's folder: from where} */
};

/**
 * Find each plugin of a plan (lua-api.md, "A plugin"). What is in a directory that was given will
 * be copied; what is beside the blueprint comes along with it; what is installed stays there.
 *
 * @param folder of the blueprint, absolute
 * @param plugins released with deployment_plugins_release(), also after a failure
 */
bool deployment_plugins_find(struct cloudify *c, const struct plan *plan, const char *folder,
                             struct deployment_plugins *plugins, struct error *err);
/** Copy what is to be copied into `copy`, and check that what is installed still is. */
bool deployment_plugins_add(const struct deployment_plugins *plugins, const struct store *store,
                            const char *copy, struct error *err);
/**
 * Whether the operations that an install runs have their code somewhere, as far as it is not known
 * where from `places`.
 *
 * @param places deployment_plugins.places, or deployment_store_plugins()
 * @param directories NULL-terminated, or NULL
 * @param resources folder of the blueprint
 * @param is_new whether that is the user's own, not a deployment's copy
 * @return false with `err` set: ERROR_PLUGIN says whose operation has none, where it was looked
 *         for, and what can be done
 */
bool deployment_plugins_check(const struct plan *plan, const json_t *places,
                              const char *const *directories, const char *resources, bool is_new,
                              struct error *err);
void deployment_plugins_release(struct deployment_plugins *plugins);
/**
 * The same places for the engine: {folder: absolute, package_name?, package_version?} by name; new,
 * or NULL with `err` set.
 */
json_t *deployment_plugins_places(const struct store *store, struct deployment_store *ds,
                                  struct error *err);

#endif
