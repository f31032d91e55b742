/* deployment_file.h - files that operations put into their deployment's work directory, or remove
 * from it (runtime.md 1.3, upload_deployment_file and delete_deployment_file).
 *
 * As with resources, no path leads out of the directory, neither by ".." nor by a link.
 */
#ifndef CLOUDIFY_RESOURCES_DEPLOYMENT_FILE_H
#define CLOUDIFY_RESOURCES_DEPLOYMENT_FILE_H

#include <stdbool.h>

#include "base/error.h"

/**
 * Copy the file `source` to `path` in `workdir`. Folders that are missing are made; a file or link
 * that is there is replaced, at once, when all is there.
 *
 * @return false with `err` set: ERROR_INVALID (the path would leave the directory, or names a
 *         folder), ERROR_NOT_FOUND (no such source), ERROR_IO
 */
bool deployment_file_put(const char *workdir, const char *path, const char *source,
                         struct error *err);
/** Remove the file or link `path` from `workdir`. @return as above; ERROR_NOT_FOUND: none there */
bool deployment_file_remove(const char *workdir, const char *path, struct error *err);

#endif
