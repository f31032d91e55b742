/* keeping.h - the private folders in a deployment's work directory that downloads go to, and when
 * they go: at the end of their operation, or when the deployment is uninstalled.
 *
 *     WORKDIR/downloads/XXXXXX/               until the author or an uninstall removes it
 *     WORKDIR/operations/OPERATION/XXXXXX/    until the end of that operation
 *     WORKDIR/keep-files                      while this is there, nothing goes
 */
#ifndef CLOUDIFY_RESOURCES_KEEPING_H
#define CLOUDIFY_RESOURCES_KEEPING_H

#include <stdbool.h>

#include "base/error.h"

/**
 * Make a private folder.
 *
 * @param workdir   the deployment's work directory
 * @param operation id of the operation that it is for; NULL: for the deployment
 * @return its path, new; or NULL with `err` set: ERROR_IO, ERROR_NOMEM
 */
char *keeping_new(const char *workdir, const char *operation, struct error *err);

/** Let nothing go from now on, or let it go again. @return false with `err` set: ERROR_IO */
bool keeping_hold(const char *workdir, bool hold, struct error *err);
/** Remove what an operation has kept; nothing may be there. @return false with `err` set */
bool keeping_end_operation(const char *workdir, const char *operation, struct error *err);
/** The same for all operations, none of which is under way. */
bool keeping_end_operations(const char *workdir, struct error *err);
/** The same for the deployment, operations included. */
bool keeping_end_deployment(const char *workdir, struct error *err);

#endif
