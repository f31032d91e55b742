/* database_image.h - what an empty database of a schema looks like: who makes many of them in one
 * process, as specs do, need not have each made by its SQL. Private to storage/.
 */
#ifndef CLOUDIFY_STORAGE_DATABASE_IMAGE_H
#define CLOUDIFY_STORAGE_DATABASE_IMAGE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "storage/sqlite.h"

/** Remember what `db` looks like, which is empty and of `schema`, until the process ends. If there
 * is no memory for that, it is not known. */
void database_image_keep(const struct schema *schema, sqlite3 *db);
/** Write what is known of empty databases of `schema` to `fd`, or nothing. @return false with errno
 *  set */
bool database_image_write(const struct schema *schema, int fd);

#endif
