/* archive_internal.h - shared by archive.c, archive_unpack.c (a whole archive) and archive_entry.c
 * (one entry of it), and nobody else. */
#ifndef CLOUDIFY_RESOURCES_ARCHIVE_INTERNAL_H
#define CLOUDIFY_RESOURCES_ARCHIVE_INTERNAL_H

#include "resources/archive.h"
#include "resources/libarchive.h"

/* Bytes that are read at a time. */
enum { ARCHIVE_BLOCK = 65536 };

struct unpacking {
    const struct libarchive *library;
    struct archive *reader;
    struct archive_limits limits; /* complete */
    uint64_t archive_size;        /* bytes */
    int root;                     /* the folder that is filled */
    uint64_t total_size;
    size_t entries;
    char **links; /* paths of the symbolic links, judged when all is there */
    size_t link_count, link_room;
};

/** Unpack the entry whose header has just been read. @return false with `err` set */
bool unpacking_entry(struct unpacking *unpacking, struct archive_entry *archived,
                     struct error *err);
/** Set `err` to what libarchive complains of. @return false */
bool unpacking_damaged(const struct unpacking *unpacking, struct error *err);
/** The name of the only thing in `folder`, if that is a folder; new, or NULL. `err` is set only
 *  where that cannot be found out. */
char *archive_only_folder(int folder, struct error *err);

#endif
