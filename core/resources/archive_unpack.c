/* archive_unpack.c - see archive.h: entry by entry, below a descriptor of a private folder. */
#include <dirent.h>
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
#include "resources/archive.h"
#include "resources/libarchive.h"

/* Paths are kept far below PATH_MAX, so that what is unpacked can be copied and removed. */
enum { NAME_LIMIT = 1024, DEPTH_LIMIT = 64 };
enum { BLOCK = 65536 };

static const struct archive_limits defaults = {
    .total_size = (uint64_t)1 << 30,
    .entries = 100000,
    .ratio = 200,
};
static const uint64_t ratio_from = (uint64_t)16 << 20;

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

struct entry {
    struct archive_entry *archived;
    const char *name;          /* as the archive has it, for messages */
    char path[NAME_LIMIT + 1]; /* without ".", and with single slashes; "" is the root */
};

static bool refuse(const struct entry *entry, struct error *err, const char *why)
{
    return error_set(err, ERROR_INVALID, "entry '%.200s': %s", entry->name, why);
}

static bool io_error(const struct entry *entry, struct error *err, const char *doing)
{
    return error_set(err, ERROR_IO, "entry '%.200s': cannot %s: %m", entry->name, doing);
}

/* ---- names ---- */

/* Add a part to a path whose parts are joined by single slashes. */
static bool add_part(char *path, const char *part, size_t length)
{
    size_t end = strlen(path);
    if (end + 1 + length > NAME_LIMIT)
        return false;
    if (end)
        path[end++] = '/';
    memcpy(path + end, part, length);
    path[end + length] = '\0';
    return true;
}

/* Why `name` cannot be the path of something in the archive; NULL, with `path` filled: it can. */
static const char *read_path(const char *name, char path[NAME_LIMIT + 1])
{
    int depth = 0;
    path[0] = '\0';
    if (name[0] == '/')
        return "its path is absolute";
    for (const char *part = name; *part; part += strspn(part, "/")) {
        size_t length = strcspn(part, "/");
        if (length == 2 && !strncmp(part, "..", 2))
            return "its path has '..' in it";
        if (length != 1 || *part != '.')
            if (!add_part(path, part, length) || ++depth > DEPTH_LIMIT)
                return "its path is too long";
        part += length;
    }
    return NULL;
}

/* Open the folder that `path` is in, without following links, and make what is missing of it.
 * @param base gets the last part of `path`, which is not empty
 * @return a new descriptor, or -1 with `err` set */
static int open_parent(const struct unpacking *unpacking, const struct entry *entry,
                       const char *path, const char **base, struct error *err)
{
    int folder = dup(unpacking->root);
    const char *slash;
    while (folder >= 0 && (slash = strchr(path, '/'))) {
        char name[NAME_LIMIT + 1];
        memcpy(name, path, (size_t)(slash - path));
        name[slash - path] = '\0';
        path = slash + 1;
        int below = mkdirat(folder, name, 0755) && errno != EEXIST
                        ? -1
                        : openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int code = errno;
        close(folder);
        errno = code;
        folder = below;
    }
    *base = path;
    if (folder < 0 && (errno == ENOTDIR || errno == ELOOP))
        refuse(entry, err, "its path leads through something that is not a folder");
    else if (folder < 0)
        io_error(entry, err, "make its folder");
    return folder;
}

/* ---- the kinds of entries ---- */

static bool check_size(const struct unpacking *unpacking, const struct entry *entry,
                       struct error *err)
{
    const struct archive_limits *limits = &unpacking->limits;
    if (unpacking->total_size > limits->total_size)
        return error_set(err, ERROR_LIMIT,
                         "entry '%.200s': with it the archive holds more than %llu bytes",
                         entry->name, (unsigned long long)limits->total_size);
    if (unpacking->total_size > ratio_from &&
        unpacking->total_size / limits->ratio > unpacking->archive_size)
        return error_set(
            err, ERROR_LIMIT,
            "entry '%.200s': with it the content is more than %u times as large as the "
            "archive",
            entry->name, limits->ratio);
    return true;
}

static bool damaged(const struct unpacking *unpacking, struct error *err)
{
    const char *why = unpacking->library->error_string(unpacking->reader);
    return error_set(err, ERROR_INVALID, "it is damaged, or no archive: %s",
                     why ? why : "unknown error");
}

static bool write_block(int file, const char *data, size_t length)
{
    while (length) {
        ssize_t put = write(file, data, length);
        if (put < 0 && errno != EINTR)
            return false;
        data += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool write_content(struct unpacking *unpacking, const struct entry *entry, int file,
                          struct error *err)
{
    char block[BLOCK];
    la_ssize_t got;
    while ((got = unpacking->library->read_data(unpacking->reader, block, sizeof block)) > 0) {
        unpacking->total_size += (uint64_t)got;
        if (!check_size(unpacking, entry, err))
            return false;
        if (!write_block(file, block, (size_t)got))
            return io_error(entry, err, "write it");
    }
    if (got == 0)
        return true;
    damaged(unpacking, err);
    error_context(err, "entry '%.200s'", entry->name);
    return false;
}

static bool already_there(const struct entry *entry, struct error *err, const char *doing)
{
    if (errno == EEXIST)
        return refuse(entry, err, "it is in the archive twice");
    return io_error(entry, err, doing);
}

static bool unpack_file(struct unpacking *unpacking, const struct entry *entry, int parent,
                        const char *base, struct error *err)
{
    mode_t mode = unpacking->library->entry_mode(entry->archived);
    if (mode & (S_ISUID | S_ISGID))
        return refuse(entry, err, "it is a setuid or setgid file");
    if (unpacking->library->entry_is_encrypted(entry->archived))
        return refuse(entry, err, "it is encrypted");
    int file = openat(parent, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      (mode & 0777) | S_IRUSR | S_IWUSR);
    if (file < 0)
        return already_there(entry, err, "make the file");
    bool ok = write_content(unpacking, entry, file, err);
    if (close(file) && ok)
        ok = io_error(entry, err, "write it");
    return ok;
}

static bool unpack_folder(const struct entry *entry, int parent, const char *base,
                          struct error *err)
{
    struct stat info;
    if (!mkdirat(parent, base, 0755))
        return true;
    if (errno != EEXIST || fstatat(parent, base, &info, AT_SYMLINK_NOFOLLOW))
        return io_error(entry, err, "make the folder");
    return S_ISDIR(info.st_mode) || refuse(entry, err, "it is in the archive twice");
}

static bool note_link(struct unpacking *unpacking, const struct entry *entry, struct error *err)
{
    if (unpacking->link_count == unpacking->link_room) {
        size_t room = unpacking->link_room ? 2 * unpacking->link_room : 16;
        char **links = realloc(unpacking->links, room * sizeof *links);
        if (!links)
            return error_nomem(err);
        unpacking->links = links;
        unpacking->link_room = room;
    }
    char *path = strdup(entry->path);
    if (!path)
        return error_nomem(err);
    unpacking->links[unpacking->link_count++] = path;
    return true;
}

static bool unpack_symlink(struct unpacking *unpacking, const struct entry *entry, int parent,
                           const char *base, struct error *err)
{
    const char *target = unpacking->library->entry_symlink(entry->archived);
    if (!target || !*target)
        return refuse(entry, err, "it is a link without a target");
    if (symlinkat(target, parent, base))
        return already_there(entry, err, "make the link");
    return note_link(unpacking, entry, err);
}

static bool unpack_hardlink(const struct unpacking *unpacking, const struct entry *entry,
                            int parent, const char *base, struct error *err)
{
    char path[NAME_LIMIT + 1];
    struct stat info;
    const char *target = unpacking->library->entry_hardlink(entry->archived), *target_base = "";
    if (read_path(target, path) || !path[0])
        return refuse(entry, err, "it is a hard link out of the archive");
    int folder = open_parent(unpacking, entry, path, &target_base, err);
    if (folder < 0)
        return false;
    bool ok = !fstatat(folder, target_base, &info, AT_SYMLINK_NOFOLLOW) && S_ISREG(info.st_mode);
    if (!ok)
        refuse(entry, err, "it is a hard link to what is no file of the archive before it");
    else if (linkat(folder, target_base, parent, base, 0))
        ok = already_there(entry, err, "make the hard link");
    close(folder);
    return ok;
}

static bool unpack_by_kind(struct unpacking *unpacking, const struct entry *entry, int parent,
                           const char *base, struct error *err)
{
    if (unpacking->library->entry_hardlink(entry->archived))
        return unpack_hardlink(unpacking, entry, parent, base, err);
    switch (unpacking->library->entry_filetype(entry->archived)) {
    case AE_IFREG:
        return unpack_file(unpacking, entry, parent, base, err);
    case AE_IFDIR:
        return unpack_folder(entry, parent, base, err);
    case AE_IFLNK:
        return unpack_symlink(unpacking, entry, parent, base, err);
    default:
        return refuse(entry, err, "it is a device, a pipe or a socket");
    }
}

static bool unpack_entry(struct unpacking *unpacking, struct archive_entry *archived,
                         struct error *err)
{
    const char *name = unpacking->library->entry_pathname(archived), *base = "";
    struct entry entry = {.archived = archived, .name = name ? name : "?"};
    const char *why = name ? read_path(name, entry.path) : "it has no name";
    if (why)
        return refuse(&entry, err, why);
    if (++unpacking->entries > unpacking->limits.entries)
        return error_set(err, ERROR_LIMIT, "entry '%.200s': there are more than %zu entries", name,
                         unpacking->limits.entries);
    bool is_folder = unpacking->library->entry_filetype(archived) == AE_IFDIR;
    if (!entry.path[0])
        return is_folder || refuse(&entry, err, "it is no folder");
    int parent = open_parent(unpacking, &entry, entry.path, &base, err);
    bool ok = parent >= 0 && unpack_by_kind(unpacking, &entry, parent, base, err);
    if (parent >= 0)
        close(parent);
    return ok;
}

/* ---- links, when all is there ---- */

/* The name of the only thing in the folder, if that is a folder; NULL with `err` not set: not so.
 */
static char *only_folder(int folder, struct error *err)
{
    struct stat info;
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = again >= 0 ? fdopendir(again) : NULL;
    const struct dirent *entry;
    char *name = NULL;
    size_t count = 0;
    while (directory && (entry = readdir(directory)) && count < 2) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (++count == 1 && !(name = strdup(entry->d_name)))
            error_nomem(err);
    }
    if (!directory)
        error_set(err, ERROR_IO, "cannot read a folder: %m");
    else
        closedir(directory);
    if (count == 1 && name && !fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) &&
        S_ISDIR(info.st_mode))
        return name;
    free(name);
    return NULL;
}

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
    char *name = only_folder(unpacking->root, err);
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
    return library->read_open_fd(reader, file, BLOCK) == ARCHIVE_OK || damaged(unpacking, err);
}

static bool unpack_all(struct unpacking *unpacking, struct error *err)
{
    struct archive_entry *archived;
    int code;
    while ((code = unpacking->library->read_next_header(unpacking->reader, &archived)) ==
               ARCHIVE_OK ||
           code == ARCHIVE_WARN)
        if (!unpack_entry(unpacking, archived, err))
            return false;
    return (code == ARCHIVE_EOF || damaged(unpacking, err)) && check_links(unpacking, err);
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
         unpack_in_utf8(file, content, limits, err) && rename_to(content, folder, err);
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

char *archive_top(const char *folder, struct error *err)
{
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO, "cannot read '%s': %m",
                  folder);
        return NULL;
    }
    char *name = only_folder(root, err);
    close(root);
    char *top = err->code ? NULL : name ? path_join(folder, name) : strdup(folder);
    if (!top)
        error_nomem(err);
    free(name);
    return top;
}

static bool has_text(const char *head, size_t length, size_t at, const char *text, size_t size)
{
    return length >= at + size && !memcmp(head + at, text, size);
}

bool archive_is(const char *path)
{
    char head[512];
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    /* What is read of a pipe is gone. */
    bool is_file = file >= 0 && !fstat(file, &info) && S_ISREG(info.st_mode);
    ssize_t got = is_file ? read(file, head, sizeof head) : -1;
    size_t length = got > 0 ? (size_t)got : 0;
    if (file >= 0)
        close(file);
    return has_text(head, length, 0, "PK\3\4", 4) || has_text(head, length, 0, "PK\5\6", 4) ||
           has_text(head, length, 0, "\37\213", 2) || has_text(head, length, 0, "BZh", 3) ||
           has_text(head, length, 0, "\3757zXZ", 6) || has_text(head, length, 257, "ustar", 5);
}
