/* files.h - paths, whole files and whole directories. Paths are bytes; '/' separates. */
#ifndef CLOUDIFY_BASE_FILES_H
#define CLOUDIFY_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/** `directory`/`name`, or `name` alone if it is absolute; new (free() it), or NULL: no memory. */
char *path_join(const char *directory, const char *name);
/** The directory part of `path` ("." if it has none); new, or NULL: no memory. */
char *path_directory(const char *path);
/** The part of `path` after the last '/': borrowed from it. */
const char *path_base(const char *path);
/** Whether `path` stays below the directory it starts from: relative and without "..". */
bool path_is_inside(const char *path);

bool file_exists(const char *path);
bool directory_exists(const char *path);

/**
 * Read the whole file.
 *
 * @param limit the largest size accepted, bytes
 * @return the text, new, with a NUL behind its `*length` bytes; or NULL with `err` set:
 *         ERROR_NOT_FOUND, ERROR_IO, ERROR_LIMIT, ERROR_NOMEM
 */
char *file_read(const char *path, size_t limit, size_t *length, struct error *err);
/** Like file_read(), but refuse what never ends or has to be waited for: pipes and devices. */
char *file_read_regular(const char *path, size_t limit, size_t *length, struct error *err);
/** Open a file that file_read_regular() would read. @return a descriptor, or -1 with `err` set */
int file_open_regular(const char *path, struct error *err);
/** Read an open file from where it stands to its end; `path` is for the errors. */
char *file_read_from(int fd, const char *path, size_t limit, size_t *length, struct error *err);
/** Write the whole file, replacing what was there; `mode` is for a new one. */
bool file_write(const char *path, const void *data, size_t length, mode_t mode, struct error *err);

/** Make the directory and those above it that are missing, each with `mode`. */
bool directory_make(const char *path, mode_t mode, struct error *err);
/**
 * Copy a directory with all below it: files keep what their owner may do and become private,
 * symbolic links are copied as links, anything else (sockets, devices) is refused. `skip` (may be
 * NULL) names one path below `from` that is left out.
 */
bool directory_copy(const char *from, const char *to, const char *skip, struct error *err);
/** The same for a file or link, too. */
bool tree_copy(const char *from, const char *to, const char *skip, struct error *err);
/** Remove a file, or a directory with all below it; symbolic links are not followed. */
bool tree_remove(const char *path, struct error *err);

#endif
