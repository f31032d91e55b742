/* archive_test.c - archives of every kind that archives.py writes, good and evil. */
#include "resources/archive.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "base/scratch.h"

static char *place; /* a folder for all that is written */

static char *in_place(const char *name)
{
    return path_join(place, name);
}

static bool holds(const char *folder, const char *name, const char *expected)
{
    struct error err = {0};
    size_t length = 0;
    char *path = path_join(folder, name);
    char *text = file_read(path, 1000, &length, &err);
    bool same = text && !strcmp(text, expected);
    free(text);
    free(path);
    return same;
}

static int count_entries(const char *folder)
{
    int count = 0;
    DIR *directory = opendir(folder);
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count - 2;
}

static mode_t mode_of(const char *folder, const char *name)
{
    struct stat info = {0};
    char *path = path_join(folder, name);
    if (lstat(path, &info))
        info.st_mode = 0;
    free(path);
    return info.st_mode;
}

static void remove_folder(char *folder)
{
    struct error err = {0};
    if (file_exists(folder))
        tree_remove(folder, &err);
    free(folder);
}

/* ---- good ones ---- */

static void test_good(const char *name)
{
    struct error err = {0};
    char *path = in_place(name), *folder = in_place("unpacked");
    bool is_tar = !strstr(name, "zip");
    CHECK(archive_is(path), "%s is an archive", name);
    CHECK(archive_unpack(path, folder, NULL, &err), "%s is unpacked: %s", name, err.text);
    CHECK(holds(folder, "web/blueprint.yaml", "node_templates: {}\n"), "%s: a file", name);
    CHECK(holds(folder, "web/Gr\303\274\303\237e.txt", "hello\n"), "%s: a name in UTF-8", name);
    CHECK((mode_of(folder, "web/scripts/start.sh") & 07777) == 0755, "%s: permissions", name);
    if (is_tar) {
        CHECK(S_ISLNK(mode_of(folder, "web/scripts/up")), "%s: a link", name);
        CHECK(holds(folder, "web/scripts/again.sh", "#!/bin/sh\n"), "%s: a link inside", name);
        CHECK(holds(folder, "web/copy.yaml", "node_templates: {}\n"), "%s: a hard link", name);
    }
    char *top = archive_top(folder, &err);
    CHECK(top && !strcmp(path_base(top), "web"), "%s: the only folder is its top", name);
    free(top);
    free(path);
    remove_folder(folder);
}

static void test_flat(void)
{
    struct error err = {0};
    char *path = in_place("flat.tar"), *folder = in_place("unpacked");
    CHECK(archive_unpack(path, folder, NULL, &err), "a flat archive is unpacked");
    char *top = archive_top(folder, &err);
    CHECK(top && !strcmp(top, folder), "its top is the folder itself");
    CHECK(!archive_unpack(path, folder, NULL, &err) && err.code == ERROR_EXISTS,
          "a folder with content is not replaced: %s", err.text);
    CHECK(holds(folder, "b", "b\n"), "and keeps its content");
    free(top);
    free(path);
    remove_folder(folder);
}

/* ---- evil ones ---- */

static const struct {
    const char *name, *error;
    enum error_code code;
    struct archive_limits limits;
} refused[] = {
    {"parent.tar", "entry 'a/../../evil.txt': its path has '..' in it", ERROR_INVALID, {0}},
    {"parent.zip", "entry '../evil.txt': its path has '..' in it", ERROR_INVALID, {0}},
    {"absolute.tar", "entry '/tmp/evil.txt': its path is absolute", ERROR_INVALID, {0}},
    {"link-absolute.tar", "entry 'etc': it is a link out of the archive", ERROR_INVALID, {0}},
    {"link.zip", "entry 'etc': it is a link out of the archive", ERROR_INVALID, {0}},
    {"link-out.tar", "entry 'a/up': it is a link out of the archive", ERROR_INVALID, {0}},
    {"link-hop.tar", "entry 'out': it is a link out of the archive", ERROR_INVALID, {0}},
    {"link-out-of-top.tar", "entry 'top/up': it is a link out of the archive", ERROR_INVALID, {0}},
    {"link-loop.tar", "entry 'a': it is a link that leads back to itself", ERROR_INVALID, {0}},
    {"through-link.tar",
     "entry 'l/x': its path leads through something that is not a folder",
     ERROR_INVALID,
     {0}},
    {"through-link-out.tar",
     "entry 'l/evil.txt': its path leads through something that is not a folder",
     ERROR_INVALID,
     {0}},
    {"through-file.tar",
     "entry 'ok.txt/x': its path leads through something that is not a folder",
     ERROR_INVALID,
     {0}},
    {"hard-out.tar", "entry 'passwd': it is a hard link out of the archive", ERROR_INVALID, {0}},
    {"hard-up.tar", "entry 'passwd': it is a hard link out of the archive", ERROR_INVALID, {0}},
    {"hard-missing.tar",
     "entry 'x': it is a hard link to what is no file of the archive before it",
     ERROR_INVALID,
     {0}},
    {"hard-link.tar",
     "entry 'x': it is a hard link to what is no file of the archive before it",
     ERROR_INVALID,
     {0}},
    {"device.tar", "entry 'null': it is a device, a pipe or a socket", ERROR_INVALID, {0}},
    {"pipe.tar", "entry 'pipe': it is a device, a pipe or a socket", ERROR_INVALID, {0}},
    {"setuid.tar", "entry 'sh': it is a setuid or setgid file", ERROR_INVALID, {0}},
    {"twice.tar", "entry 'ok.txt': it is in the archive twice", ERROR_INVALID, {0}},
    {"file-over-folder.tar", "entry 'a': it is in the archive twice", ERROR_INVALID, {0}},
    {"folder-over-file.tar", "entry 'a/': it is in the archive twice", ERROR_INVALID, {0}},
    {"long.tar", NULL, ERROR_INVALID, {0}},
    {"deep.tar", NULL, ERROR_INVALID, {0}},
    {"many.tar", "entry 'f10': there are more than 10 entries", ERROR_LIMIT, {.entries = 10}},
    {"folders.tar",
     "entry 'a/b/c/d/f6': there are more than 10 entries",
     ERROR_LIMIT,
     {.entries = 10}},
    {"large.tar",
     "entry 'b': with it the archive holds more than 1000 bytes",
     ERROR_LIMIT,
     {.total_size = 1000}},
    {"bomb.tar.xz",
     "entry 'zeros': with it the content is more than 200 times as large as the archive",
     ERROR_LIMIT,
     {0}},
    {"cut.tar.gz", NULL, ERROR_INVALID, {0}},
    {"text.tar", "it is damaged, or no archive: Unrecognized archive format", ERROR_INVALID, {0}},
    {"nothing.zip", NULL, ERROR_INVALID, {0}},
    {"none.zip", NULL, ERROR_NOT_FOUND, {0}},
};

static bool says(const struct error *err, const char *path, const char *expected)
{
    char *text = NULL;
    bool same = asprintf(&text, "archive '%s': %s", path, expected) > 0 && !strcmp(text, err->text);
    free(text);
    return same;
}

static void test_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct error err = {0};
        char *path = in_place(refused[i].name), *folder = in_place("unpacked");
        int before = count_entries(place);
        CHECK(!archive_unpack(path, folder, &refused[i].limits, &err) &&
                  err.code == refused[i].code,
              "%s is refused", refused[i].name);
        CHECK(refused[i].error ? says(&err, path, refused[i].error)
                               : strstr(err.text, refused[i].name) != NULL,
              "%s: %s", refused[i].name, err.text);
        CHECK(count_entries(place) == before, "%s leaves nothing behind", refused[i].name);
        free(path);
        remove_folder(folder);
    }
}

/* ---- what killed processes leave ---- */

static void test_abandoned(void)
{
    struct error err = {0};
    char *parent = in_place("parent"), *path = in_place("flat.tar"), *folder = NULL;
    struct scratch held;
    int status = 0;
    mkdir(parent, 0700);
    CHECK(scratch_init(&held, parent, &err), "a folder is held");
    CHECK((mode_of(held.path, "") & 07777) == 0700, "which is private");
    pid_t child = fork();
    if (!child) {
        struct scratch lost;
        if (scratch_init(&lost, parent, &err))
            raise(SIGKILL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && count_entries(parent) == 2, "a killed process leaves its folder");
    folder = path_join(parent, "unpacked");
    CHECK(archive_unpack(path, folder, NULL, &err), "unpacking to the same place");
    CHECK(count_entries(parent) == 2 && directory_exists(held.path),
          "removes that, and keeps what is held");
    scratch_release(&held);
    CHECK(count_entries(parent) == 1, "until it is released");
    free(folder);
    free(path);
    remove_folder(parent);
}

/* ---- packing ---- */

static void write_text(const char *folder, const char *name, const char *text)
{
    struct error err = {0};
    char *path = path_join(folder, name), *parent = path_directory(path);
    directory_make(parent, 0700, &err);
    file_write(path, text, strlen(text), 0600, &err);
    free(parent);
    free(path);
}

static char *content_of(const char *path, size_t *length)
{
    struct error err = {0};
    return file_read(path, 1 << 20, length, &err);
}

static void make_plugin(const char *folder, const char *const names[3])
{
    for (int i = 0; i < 3; i++)
        write_text(folder, names[i], names[i]);
    char *script = path_join(folder, "b/run.sh"), *alias = path_join(folder, "alias");
    write_text(folder, "b/run.sh", "#!/bin/sh\n");
    chmod(script, 0700);
    if (symlink("a.txt", alias))
        CHECK(false, "a link is made");
    free(script);
    free(alias);
}

static void test_pack(void)
{
    static const char *const names[] = {"a.txt", "b/c.txt", "B.txt"};
    static const char *const other_order[] = {"B.txt", "b/c.txt", "a.txt"};
    struct error err = {0};
    char *one = in_place("one"), *two = in_place("two"), *unpacked = in_place("unpacked");
    char *first = path_join(one, "first.tar.gz"), *second = in_place("second.tar.gz");
    make_plugin(one, names);
    make_plugin(two, other_order);
    CHECK(archive_pack(one, first, "web-1.0", &err), "a folder is packed: %s", err.text);
    CHECK(archive_pack(one, first, "web-1.0", &err), "again, over its archive: %s", err.text);
    CHECK(archive_pack(two, second, "web-1.0", &err), "another with the same: %s", err.text);
    size_t first_length = 0, second_length = 1;
    char *a = content_of(first, &first_length), *b = content_of(second, &second_length);
    CHECK(a && b && first_length == second_length && !memcmp(a, b, first_length),
          "to the same bytes");
    CHECK(archive_unpack(first, unpacked, NULL, &err), "which unpack: %s", err.text);
    CHECK(holds(unpacked, "web-1.0/alias", "a.txt"), "with their files and links");
    CHECK((mode_of(unpacked, "web-1.0/b/run.sh") & 0777) == 0755 &&
              (mode_of(unpacked, "web-1.0/a.txt") & 0777) == 0644,
          "and plain permissions");
    free(a);
    free(b);
    free(first);
    free(second);
    remove_folder(one);
    remove_folder(two);
    remove_folder(unpacked);
}

static void test_pack_refused(void)
{
    struct error err = {0};
    char *folder = in_place("folder"), *path = in_place("out.tar.gz"), *link = NULL;
    write_text(folder, "a", "a");
    link = path_join(folder, "out");
    CHECK(!symlink("../other", link), "a link out of a folder");
    CHECK(!archive_pack(folder, path, NULL, &err) && err.code == ERROR_INVALID &&
              says(&err, path, "'out' is a link out of the folder"),
          "is not packed: %s", err.text);
    CHECK(!file_exists(path), "and leaves no archive");
    free(link);
    free(path);
    remove_folder(folder);
}

static bool write_archives(void)
{
    int status = 1;
    pid_t child = fork();
    if (!child) {
        execlp("python3", "python3", "test/resources/archives.py", place, (char *)NULL);
        _exit(127);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
    static const char *const good[] = {"good.tar",    "good.tar.gz", "good.tar.bz2",
                                       "good.tar.xz", "gnu.tar",     "good.zip"};
    struct scratch scratch;
    struct error err = {0};
    umask(022);
    if (!CHECK(scratch_init_temporary(&scratch, &err), "a place: %s", err.text))
        return checks_done();
    place = scratch.path;
    if (CHECK(write_archives(), "archives.py writes the archives")) {
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
            test_good(good[i]);
        test_flat();
        test_refused();
    }
    test_abandoned();
    test_pack();
    test_pack_refused();
    scratch_release(&scratch);
    return checks_done();
}
