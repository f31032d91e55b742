/* archive_entry.c - one entry of an archive is unpacked, below a descriptor of a private folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resources/archive_internal.h"

/* Paths are kept far below PATH_MAX, so that what is unpacked can be copied and removed. */
enum { NAME_LIMIT = 1024, DEPTH_LIMIT = 64 };

/* From so much content on its ratio to the archive counts, bytes. */
static const uint64_t ratio_from = (uint64_t)16 << 20;

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

static bool count_one(struct unpacking *unpacking, const struct entry *entry, struct error *err)
{
    return ++unpacking->entries <= unpacking->limits.entries ||
           error_set(err, ERROR_LIMIT, "entry '%.200s': there are more than %zu entries",
                     entry->name, unpacking->limits.entries);
}

/* Open the folder `name` in `folder`, which is closed; one that is missing is made, and counts as
 * an entry. @return -1 with errno or `err` set */
static int step_down(struct unpacking *unpacking, const struct entry *entry, int folder,
                     const char *name, struct error *err)
{
    bool is_new = !mkdirat(folder, name, 0755);
    bool ok = is_new ? count_one(unpacking, entry, err) : errno == EEXIST;
    int below = ok ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    int code = errno;
    close(folder);
    errno = code;
    return below;
}

/* Open the folder that `path` is in, without following links, and make what is missing of it.
 * @param base gets the last part of `path`, which is not empty
 * @return a new descriptor, or -1 with `err` set */
static int open_parent(struct unpacking *unpacking, const struct entry *entry, const char *path,
                       const char **base, struct error *err)
{
    int folder = dup(unpacking->root);
    const char *slash;
    while (folder >= 0 && (slash = strchr(path, '/'))) {
        char name[NAME_LIMIT + 1];
        memcpy(name, path, (size_t)(slash - path));
        name[slash - path] = '\0';
        path = slash + 1;
        folder = step_down(unpacking, entry, folder, name, err);
    }
    *base = path;
    if (folder >= 0 || err->code)
        return folder;
    if (errno == ENOTDIR || errno == ELOOP)
        refuse(entry, err, "its path leads through something that is not a folder");
    else
        io_error(entry, err, "make its folder");
    return -1;
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
    char block[ARCHIVE_BLOCK];
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
    unpacking_damaged(unpacking, err);
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

static bool unpack_hardlink(struct unpacking *unpacking, const struct entry *entry, int parent,
                            const char *base, struct error *err)
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

bool unpacking_entry(struct unpacking *unpacking, struct archive_entry *archived, struct error *err)
{
    const char *name = unpacking->library->entry_pathname(archived), *base = "";
    struct entry entry = {.archived = archived, .name = name ? name : "?"};
    const char *why = name ? read_path(name, entry.path) : "it has no name";
    if (why)
        return refuse(&entry, err, why);
    if (!count_one(unpacking, &entry, err))
        return false;
    bool is_folder = unpacking->library->entry_filetype(archived) == AE_IFDIR;
    if (!entry.path[0])
        return is_folder || refuse(&entry, err, "it is no folder");
    int parent = open_parent(unpacking, &entry, entry.path, &base, err);
    bool ok = parent >= 0 && unpack_by_kind(unpacking, &entry, parent, base, err);
    if (parent >= 0)
        close(parent);
    return ok;
}
