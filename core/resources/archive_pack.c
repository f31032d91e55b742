/* archive_pack.c - see archive.h: a folder, always in the same way. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/files.h"
#include "base/scratch.h"
#include "resources/archive.h"
#include "resources/libarchive.h"

enum { BLOCK = 65536 };

/* Of all entries: 1980-01-01, before which zip has no times and tar warns of them. */
static const time_t entry_time = 315532800;

struct packing {
    const struct libarchive *library;
    struct archive *writer;
    const char *top; /* in front of all names; NULL: nothing */
    int root;        /* the folder */
    struct stat old; /* of the archive that is replaced, which may be in the folder */
};

/* What is written next. */
struct item {
    const char *path; /* below the root; "" is the root itself */
    struct stat info;
};

static bool io_error(const char *path, struct error *err, const char *doing)
{
    return error_set(err, ERROR_IO, "'%s': cannot %s: %m", path, doing);
}

static bool writer_error(const struct packing *packing, struct error *err)
{
    const char *why = packing->library->error_string(packing->writer);
    return error_set(err, ERROR_IO, "cannot write it: %s", why ? why : "unknown error");
}

/* The name in the archive; new, or NULL. Folders end in '/'. */
static char *entry_name(const struct packing *packing, const struct item *item)
{
    const char *end = S_ISDIR(item->info.st_mode) ? "/" : "";
    const char *slash = packing->top && item->path[0] ? "/" : "";
    char *name = NULL;
    int length =
        asprintf(&name, "%s%s%s%s", packing->top ? packing->top : "", slash, item->path, end);
    return length < 0 ? NULL : name;
}

static bool write_header(const struct packing *packing, const struct item *item, const char *target,
                         struct error *err)
{
    const struct libarchive *library = packing->library;
    struct archive_entry *entry = library->entry_new();
    char *name = entry_name(packing, item);
    mode_t kind = item->info.st_mode & S_IFMT;
    bool is_executable = kind != S_IFREG || item->info.st_mode & S_IXUSR;
    bool ok = entry && name;
    if (ok) {
        library->entry_set_pathname(entry, name);
        library->entry_set_filetype(entry, kind);
        library->entry_set_perm(entry, is_executable ? 0755 : 0644);
        library->entry_set_mtime(entry, entry_time, 0);
        library->entry_set_size(entry, kind == S_IFREG ? item->info.st_size : 0);
        if (target)
            library->entry_set_symlink(entry, target);
        ok = library->write_header(packing->writer, entry) == ARCHIVE_OK ||
             writer_error(packing, err);
    }
    if (entry)
        library->entry_free(entry);
    free(name);
    return ok || error_nomem(err);
}

static bool pack_content(const struct packing *packing, const struct item *item, int file,
                         struct error *err)
{
    char block[BLOCK];
    off_t left = item->info.st_size;
    ssize_t got = 0;
    while (left > 0 && (got = read(file, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(item->path, err, "read it");
        size_t length = got < left ? (size_t)got : (size_t)left;
        if (packing->library->write_data(packing->writer, block, length) < 0)
            return writer_error(packing, err);
        left -= (off_t)length;
    }
    return !left || error_set(err, ERROR_IO, "'%s': it became shorter meanwhile", item->path);
}

static bool pack_file(const struct packing *packing, struct item *item, struct error *err)
{
    int file = beneath_open(packing->root, item->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return io_error(item->path, err, "read it");
    bool ok = !fstat(file, &item->info) && S_ISREG(item->info.st_mode);
    ok = ok ? write_header(packing, item, NULL, err) && pack_content(packing, item, file, err)
            : io_error(item->path, err, "read it");
    close(file);
    return ok;
}

static bool pack_link(const struct packing *packing, const struct item *item, struct error *err)
{
    char target[4096];
    ssize_t length = readlinkat(packing->root, item->path, target, sizeof target - 1);
    if (length < 0)
        return io_error(item->path, err, "read the link");
    target[length] = '\0';
    int found = beneath_open(packing->root, item->path, O_PATH);
    int code = found >= 0 ? 0 : errno;
    if (found >= 0)
        close(found);
    if (code && code != ENOENT && code != ENOTDIR)
        return error_set(err, ERROR_INVALID, "'%s' is a link out of the folder", item->path);
    return write_header(packing, item, target, err);
}

static bool is_old_archive(const struct packing *packing, const struct item *item)
{
    return item->info.st_ino == packing->old.st_ino && item->info.st_dev == packing->old.st_dev;
}

static bool pack_folder(const struct packing *packing, const struct item *item, struct error *err);

static bool pack_item(const struct packing *packing, const char *folder, const char *name,
                      struct error *err)
{
    struct item item = {0};
    char *path = path_join(folder, name);
    bool ok = path || error_nomem(err);
    item.path = path;
    if (ok && fstatat(packing->root, path, &item.info, AT_SYMLINK_NOFOLLOW))
        ok = io_error(path, err, "read it");
    else if (ok && S_ISREG(item.info.st_mode))
        ok = is_old_archive(packing, &item) || pack_file(packing, &item, err);
    else if (ok && S_ISLNK(item.info.st_mode))
        ok = pack_link(packing, &item, err);
    else if (ok && S_ISDIR(item.info.st_mode))
        ok = write_header(packing, &item, NULL, err) && pack_folder(packing, &item, err);
    else if (ok)
        ok = error_set(err, ERROR_INVALID, "'%s' is neither file, folder nor link", path);
    free(path);
    return ok;
}

/* All but the folder itself, the one above it, and those in which archives are being written. */
static int is_wanted(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
           !scratch_is_name(entry->d_name);
}

/* By bytes, whatever the locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool pack_folder(const struct packing *packing, const struct item *item, struct error *err)
{
    struct dirent **names = NULL;
    int folder = beneath_open(packing->root, item->path[0] ? item->path : ".",
                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    int count = folder >= 0 ? scandirat(folder, ".", &names, is_wanted, compare) : -1;
    if (folder >= 0)
        close(folder);
    bool ok = count >= 0 || io_error(item->path, err, "read the folder");
    for (int i = 0; i < count; i++) {
        ok = ok && pack_item(packing, item->path, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return ok;
}

static bool open_writer(struct packing *packing, const char *path, struct error *err)
{
    const struct libarchive *library = packing->library;
    struct archive *writer = packing->writer = library->write_new();
    if (!writer)
        return error_nomem(err);
    return (library->write_add_filter_gzip(writer) == ARCHIVE_OK &&
            library->write_set_format_pax_restricted(writer) == ARCHIVE_OK &&
            library->write_set_options(writer, "gzip:!timestamp,hdrcharset=UTF-8") == ARCHIVE_OK &&
            library->write_open_filename(writer, path) == ARCHIVE_OK) ||
           writer_error(packing, err);
}

static bool pack_to(struct packing *packing, const char *path, struct error *err)
{
    struct item root = {.path = ""};
    bool ok = open_writer(packing, path, err) &&
              (!fstat(packing->root, &root.info) || io_error(".", err, "read the folder")) &&
              (!packing->top || write_header(packing, &root, NULL, err)) &&
              pack_folder(packing, &root, err);
    if (packing->writer) {
        ok = ok && (packing->library->write_close(packing->writer) == ARCHIVE_OK ||
                    writer_error(packing, err));
        packing->library->write_free(packing->writer);
    }
    return ok;
}

/* As for unpacking: names are UTF-8. */
static bool pack_in_utf8(struct packing *packing, const char *path, struct error *err)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    locale_t before = utf8 ? uselocale(utf8) : NULL;
    bool ok = pack_to(packing, path, err);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return ok;
}

/* Write the archive aside, so that `path` is at no time half an archive. */
static bool pack_aside(struct packing *packing, const char *path, struct error *err)
{
    struct scratch scratch = {0};
    char *parent = path_directory(path), *aside = NULL;
    bool ok = parent || error_nomem(err);
    ok = ok && scratch_init(&scratch, parent, err) &&
         ((aside = path_join(scratch.path, "archive")) || error_nomem(err)) &&
         pack_in_utf8(packing, aside, err) &&
         (!rename(aside, path) || error_set(err, ERROR_IO, "cannot write it: %m"));
    scratch_release(&scratch);
    free(parent);
    free(aside);
    return ok;
}

bool archive_pack(const char *folder, const char *path, const char *top, struct error *err)
{
    struct packing packing = {.library = libarchive(err), .top = top};
    if (!packing.library)
        return false;
    packing.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (packing.root < 0)
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_IO,
                         "cannot read the folder '%s': %m", folder);
    if (stat(path, &packing.old))
        packing.old = (struct stat){0};
    bool ok = pack_aside(&packing, path, err);
    if (!ok)
        error_context(err, "archive '%s'", path);
    close(packing.root);
    return ok;
}
