/* plugin_place.h - where the code of a plugin is (lua-api.md, "A plugin"). */
#ifndef CLOUDIFY_DSL_PLUGIN_PLACE_H
#define CLOUDIFY_DSL_PLUGIN_PLACE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

struct import_resolver;
struct plan_plugin;

enum plugin_place_kind {
    PLUGIN_NOWHERE,   /* nothing is known: it may be on Lua's own path */
    PLUGIN_BESIDE,    /* in plugins/ beside the blueprint */
    PLUGIN_GIVEN,     /* in one of the plugin directories */
    PLUGIN_INSTALLED, /* in the store */
};

struct plugin_place {
    enum plugin_place_kind kind;
    const char *folder;                         /* NULL: nowhere */
    const char *package_name, *package_version; /* of an installed one, else NULL */
};

/* Where to look; all borrowed. */
struct plugin_search {
    const char *blueprint_folder;
    const char *const *directories;         /* NULL-terminated, or NULL */
    const struct import_resolver *resolver; /* knows what is installed; or NULL */
};

/**
 * Find a plugin: where its declaration was imported from, if that was by `plugin:NAME`; else, first
 * match, in plugins/ beside the blueprint, in the given directories, among the installed ones. In
 * the last two only one of the version that the plugin is declared with counts, if it is.
 *
 * @param place its texts are in `arena`
 * @return false with `err` set: ERROR_NOT_FOUND (the package is installed, but not in that
 *         version), ERROR_INVALID (a plugin.yaml that is looked at), ERROR_NOMEM, ERROR_STORAGE
 */
bool plugin_place_find(const struct plan_plugin *plugin, const struct plugin_search *search,
                       struct arena *arena, struct plugin_place *place, struct error *err);

#endif
