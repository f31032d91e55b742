/* archive_unpack.c - see archive.h: a whole archive, aside first, then in its place. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/files.h"
#include "base/scratch.h"
#include "resources/archive_internal.h"

static const struct archive_limits defaults = {
    .total_size = (uint64_t)1 << 30,
    .entries = 100000,
    .ratio = 200,
};

bool unpacking_damaged(const struct unpacking *unpacking, struct error *err)
{
    const char *why = unpacking->library->error_string(unpacking->reader);
    return error_set(err, ERROR_INVALID, "it is damaged, or no archive: %s",
                     why ? why : "unknown error");
}

/* ---- links, when all is there ---- */

static bool check_link(int top, const char *path, const char *name, struct error *err)
{
    int found = beneath_open(top, path, O_PATH);
    if (found >= 0)
        close(found);
    if (found >= 0 || errno == ENOENT || errno == ENOTDIR)
        return true; /* one that leads nowhere leads not out */
    return error_set(err, ERROR_INVALID, "entry '%.200s': %s", name,
                     errno == EXDEV   ? "it is a link out of the archive"
                     : errno == ELOOP ? "it is a link that leads back to itself"
                                      : strerror(errno));
}

static bool check_links(const struct unpacking *unpacking, struct error *err)
{
    char *name = archive_only_folder(unpacking->root, err);
    size_t skip = name ? strlen(name) + 1 : 0; /* every path then begins with the name */
    int top =
        openat(unpacking->root, name ? name : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = top >= 0 && !err->code;
    for (size_t i = 0; ok && i < unpacking->link_count; i++)
        ok = check_link(top, unpacking->links[i] + skip, unpacking->links[i], err);
    if (top >= 0)
        close(top);
    free(name);
    return ok || error_set(err, ERROR_IO, "cannot read what was unpacked: %m");
}

/* ---- whole archives ---- */

static bool open_reader(struct unpacking *unpacking, int file, struct error *err)
{
    const struct libarchive *library = unpacking->library;
    struct archive *reader = unpacking->reader = library->read_new();
    if (!reader)
        return error_nomem(err);
    library->read_support_filter_gzip(reader);
    library->read_support_filter_bzip2(reader);
    library->read_support_filter_xz(reader);
    library->read_support_format_tar(reader);
    library->read_support_format_zip(reader);
    return library->read_open_fd(reader, file, ARCHIVE_BLOCK) == ARCHIVE_OK ||
           unpacking_damaged(unpacking, err);
}

static bool unpack_all(struct unpacking *unpacking, struct error *err)
{
    struct archive_entry *archived;
    int code;
    while ((code = unpacking->library->read_next_header(unpacking->reader, &archived)) ==
               ARCHIVE_OK ||
           code == ARCHIVE_WARN)
        if (!unpacking_entry(unpacking, archived, err))
            return false;
    return (code == ARCHIVE_EOF || unpacking_damaged(unpacking, err)) &&
           check_links(unpacking, err);
}

static void unpacking_release(struct unpacking *unpacking)
{
    if (unpacking->reader)
        unpacking->library->read_free(unpacking->reader);
    if (unpacking->root >= 0)
        close(unpacking->root);
    for (size_t i = 0; i < unpacking->link_count; i++)
        free(unpacking->links[i]);
    free(unpacking->links);
}

static struct archive_limits complete(const struct archive_limits *given)
{
    struct archive_limits limits = given ? *given : defaults;
    if (!limits.total_size)
        limits.total_size = defaults.total_size;
    if (!limits.entries)
        limits.entries = defaults.entries;
    if (!limits.ratio)
        limits.ratio = defaults.ratio;
    return limits;
}

static bool unpack_file_to(int file, const char *folder, const struct archive_limits *limits,
                           struct error *err)
{
    struct stat info;
    struct unpacking unpacking = {.limits = complete(limits), .root = -1};
    unpacking.library = libarchive(err);
    if (!unpacking.library)
        return false;
    if (!fstat(file, &info))
        unpacking.archive_size = (uint64_t)info.st_size;
    if (mkdir(folder, 0755) ||
        (unpacking.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        error_set(err, ERROR_IO, "cannot make the folder '%s': %m", folder);
    bool ok =
        unpacking.root >= 0 && open_reader(&unpacking, file, err) && unpack_all(&unpacking, err);
    unpacking_release(&unpacking);
    return ok;
}

/* libarchive turns names into those of the locale: here they are UTF-8 whatever the host has set.
 */
static bool unpack_in_utf8(int file, const char *folder, const struct archive_limits *limits,
                           struct error *err)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    locale_t before = utf8 ? uselocale(utf8) : NULL;
    bool ok = unpack_file_to(file, folder, limits, err);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return ok;
}

static bool rename_to(const char *from, const char *folder, struct error *err)
{
    if (!rename(from, folder))
        return true;
    bool is_there = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
    return error_set(err, is_there ? ERROR_EXISTS : ERROR_IO, "cannot unpack to '%s': %m", folder);
}

static bool unpack_aside(int file, const char *folder, const struct archive_limits *limits,
                         struct error *err)
{
    struct scratch scratch = {0};
    char *parent = path_directory(folder), *content = NULL;
    bool ok = parent || error_nomem(err);
    ok = ok && scratch_init(&scratch, parent, err) &&
         ((content = path_join(scratch.path, "content")) || error_nomem(err)) &&
         unpack_in_utf8(file, content, limits, err);
    if (!ok && err->code == ERROR_IO)
        error_context(err, "cannot unpack to '%s'", folder);
    ok = ok && rename_to(content, folder, err);
    scratch_release(&scratch);
    free(parent);
    free(content);
    return ok;
}

bool archive_unpack(const char *path, const char *folder, const struct archive_limits *limits,
                    struct error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* or opening a pipe would wait */
    if (file < 0)
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_IO,
                         "cannot read '%s': %m", path);
    bool ok = unpack_aside(file, folder, limits, err);
    if (!ok)
        error_context(err, "archive '%s'", path);
    close(file);
    return ok;
}
