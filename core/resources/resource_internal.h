/* resource_internal.h - what files and folders of resources have in common. */
#ifndef CLOUDIFY_RESOURCES_RESOURCE_INTERNAL_H
#define CLOUDIFY_RESOURCES_RESOURCE_INTERNAL_H

#include <sys/types.h>

#include "resources/resource.h"

/* One of the places, by its number in the order of looking. */
struct resource_place {
    const char *folder; /* NULL: there is none */
    const char *name;   /* "the blueprint's folder" */
};
enum { RESOURCE_PLACES = 2 };
struct resource_place resource_place(const struct resource_places *places, int number);

/** Whether `path` may name a resource at all; false with `err` set. */
bool resource_check_path(const char *path, struct error *err);
/**
 * Open what is at `path` in a place, if it is of the `kind`, S_IFREG or S_IFDIR.
 *
 * @param is_other set if there is something of another kind
 * @return a new descriptor; or -1, with `err` set unless it may be in another place
 */
int resource_open_in(const struct resource_place *place, const char *path, mode_t kind,
                     bool *is_other, struct error *err);
/** Set the error that tells where `path` was looked for. */
void resource_not_found(const struct resource_places *places, const char *path, mode_t kind,
                        bool is_other, struct error *err);

#endif
