/* libarchive.h - libarchive, loaded when first needed: with all that it needs itself, it would cost
 * every start some milliseconds. */
#ifndef CLOUDIFY_RESOURCES_LIBARCHIVE_H
#define CLOUDIFY_RESOURCES_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "base/error.h"

/* The functions of libarchive that are used, each under its name without `archive_`. */
struct libarchive {
    const char *(*error_string)(struct archive *);

    struct archive *(*read_new)(void);
    int (*read_support_filter_gzip)(struct archive *);
    int (*read_support_filter_bzip2)(struct archive *);
    int (*read_support_filter_xz)(struct archive *);
    int (*read_support_format_tar)(struct archive *);
    int (*read_support_format_zip)(struct archive *);
    int (*read_open_fd)(struct archive *, int, size_t);
    int (*read_next_header)(struct archive *, struct archive_entry **);
    la_ssize_t (*read_data)(struct archive *, void *, size_t);
    int (*read_free)(struct archive *);

    struct archive *(*write_new)(void);
    int (*write_add_filter_gzip)(struct archive *);
    int (*write_set_format_pax_restricted)(struct archive *);
    int (*write_set_options)(struct archive *, const char *);
    int (*write_open_filename)(struct archive *, const char *);
    int (*write_header)(struct archive *, struct archive_entry *);
    la_ssize_t (*write_data)(struct archive *, const void *, size_t);
    int (*write_close)(struct archive *);
    int (*write_free)(struct archive *);

    struct archive_entry *(*entry_new)(void);
    void (*entry_free)(struct archive_entry *);
    const char *(*entry_pathname)(struct archive_entry *);
    const char *(*entry_symlink)(struct archive_entry *);
    const char *(*entry_hardlink)(struct archive_entry *);
    __LA_MODE_T (*entry_filetype)(struct archive_entry *);
    __LA_MODE_T (*entry_mode)(struct archive_entry *);
    int (*entry_is_encrypted)(struct archive_entry *);
    void (*entry_set_pathname)(struct archive_entry *, const char *);
    void (*entry_set_symlink)(struct archive_entry *, const char *);
    void (*entry_set_filetype)(struct archive_entry *, unsigned int);
    void (*entry_set_perm)(struct archive_entry *, __LA_MODE_T);
    void (*entry_set_size)(struct archive_entry *, la_int64_t);
    void (*entry_set_mtime)(struct archive_entry *, time_t, long);
};

/** The library, which then stays loaded; or NULL with `err` set: ERROR_UNSUPPORTED. */
const struct libarchive *libarchive(struct error *err);

#endif
