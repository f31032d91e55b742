/* archive.h - folders out of archives and into them: zip, tar, tar.gz, tar.bz2 and tar.xz.
 *
 * Archives come from anywhere. Whatever is in one, nothing is written outside of the folder that
 * it is unpacked to, nor more than the limits allow; what is refused names the entry.
 */
#ifndef CLOUDIFY_RESOURCES_ARCHIVE_H
#define CLOUDIFY_RESOURCES_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What an archive may become. 0 in a member stands for its default. */
struct archive_limits {
    uint64_t total_size; /* bytes of all files together; 1 GiB */
    size_t entries;      /* files, links and folders, those only in paths too; 100,000 */
    unsigned ratio;      /* content : archive, counted from 16 MiB of content on; 200 */
};

/**
 * Whether the file at `path` begins as one of these archives does. False also for what cannot be
 * read.
 */
bool archive_is(const char *path);

/**
 * Unpack the archive at `path` to the new folder `folder`: all of it or nothing, also when the
 * process is killed. Refused are paths that are absolute or have "..", or that lead through a link;
 * links out of the folder (or out of the only folder at the top, see archive_top()); devices,
 * pipes and sockets; setuid and setgid files; encrypted entries; the same path twice.
 *
 * Files keep the permissions that the umask allows; their owner may always read and write. Owners
 * and times are not kept. What is written is not yet durable.
 *
 * @param folder not there yet, or empty; what is above it is there
 * @param limits NULL: all defaults
 * @return false with `err` set (the archive is named in it): ERROR_NOT_FOUND, ERROR_INVALID (no
 *         archive, damaged, or refused), ERROR_LIMIT, ERROR_EXISTS, ERROR_IO, ERROR_UNSUPPORTED,
 *         ERROR_NOMEM
 */
bool archive_unpack(const char *path, const char *folder, const struct archive_limits *limits,
                    struct error *err);

/**
 * The folder that an unpacked archive is about: the only thing at its top if that is a folder, or
 * else `folder` itself.
 *
 * @return a path, new; or NULL with `err` set: ERROR_IO, ERROR_NOT_FOUND, ERROR_NOMEM
 */
char *archive_top(const char *folder, struct error *err);

/**
 * Write what is in `folder` to a new archive at `path`, a tar.gz; an old file there is replaced at
 * the end. The same content gives the same bytes: entries are sorted, without owners, all of the
 * same time, and their permissions are 0755 (folders and what its owner may execute) or 0644.
 *
 * @param top  a name for the folder at the top that holds all, such as "web-1.0"; NULL: none
 * @return false with `err` set: ERROR_NOT_FOUND, ERROR_INVALID (something is neither file, folder
 *         nor link, or is a link that leads out of the folder), ERROR_IO, ERROR_UNSUPPORTED,
 *         ERROR_NOMEM
 */
bool archive_pack(const char *folder, const char *path, const char *top, struct error *err);

#endif
