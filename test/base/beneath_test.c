/* beneath_test.c - what a path may reach from the folder that it starts from. */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "base/scratch.h"

/* Each file holds its own name; `outside` lies beside the root. */
static const struct {
    const char *path, *content; /* NULL: refused with */
    int error;
} cases[] = {
    {"a.txt", "a.txt", 0},
    {"./d//b.txt", "b.txt", 0},
    {"d/../a.txt", "a.txt", 0},
    {"d/e/../../a.txt", "a.txt", 0},
    {"to-a", "a.txt", 0},
    {"d/to-a", "a.txt", 0},
    {"to-d/b.txt", "b.txt", 0},
    {"to-d/to-a", "a.txt", 0},
    {"d/to-e/../b.txt", "b.txt", 0},
    {"../outside", NULL, EXDEV},
    {"d/../../outside", NULL, EXDEV},
    {"..", NULL, EXDEV},
    {"/etc/passwd", NULL, EXDEV},
    {"out", NULL, EXDEV},
    {"out-absolute", NULL, EXDEV},
    {"out-folder/outside", NULL, EXDEV},
    {"d/top/../outside", NULL, EXDEV},
    {"loop", NULL, ELOOP},
    {"loop/x", NULL, ELOOP},
    {"missing", NULL, ENOENT},
    {"missing/../a.txt", NULL, ENOENT},
    {"", NULL, ENOENT},
    {"a.txt/x", NULL, ENOTDIR},
    {"a.txt/", NULL, ENOTDIR},
    {"to-a/", NULL, ENOTDIR},
    {"a.txt/..", NULL, ENOTDIR},
};

static const char *const links[][2] = {
    {"to-a", "a.txt"},    {"d/to-a", "../a.txt"}, {"to-d", "d"},
    {"d/to-e", "e"},      {"out", "../outside"},  {"out-absolute", "/etc/passwd"},
    {"out-folder", ".."}, {"d/top", ".."},        {"loop", "loop"},
};

static void write_file(int place, const char *path)
{
    int file = openat(place, path, O_WRONLY | O_CREAT, 0600);
    const char *name = path_base(path);
    CHECK(write(file, name, strlen(name)) == (ssize_t)strlen(name), "%s is written", path);
    close(file);
}

static int make_root(int place)
{
    CHECK(!mkdirat(place, "root", 0700) && !mkdirat(place, "root/d", 0700) &&
              !mkdirat(place, "root/d/e", 0700),
          "folders are made");
    write_file(place, "outside");
    write_file(place, "root/a.txt");
    write_file(place, "root/d/b.txt");
    int root = openat(place, "root", O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        CHECK(!symlinkat(links[i][1], root, links[i][0]), "%s is made", links[i][0]);
    return root;
}

static void test_case(int root, const char *path, const char *content, int error)
{
    char text[16] = "";
    errno = 0;
    int file = beneath_open(root, path, O_RDONLY);
    int code = file < 0 ? errno : 0;
    if (file >= 0 && read(file, text, sizeof text - 1) < 0)
        code = errno;
    CHECK(code == error, "'%s': %s", path, strerror(code));
    CHECK(!strcmp(text, content ? content : ""), "'%s' is '%s'", path, text);
    close(file);
}

static void test_folder(int root)
{
    struct stat info = {0}, expected = {0};
    int folder = beneath_open(root, "d/e/..", O_PATH | O_DIRECTORY);
    fstatat(root, "d", &expected, 0);
    CHECK(folder >= 0 && !fstat(folder, &info) && info.st_ino == expected.st_ino,
          "a path may end in '..'");
    close(folder);
    folder = beneath_open(root, "out", O_PATH | O_NOFOLLOW);
    CHECK(folder >= 0 && !fstat(folder, &info) && S_ISLNK(info.st_mode),
          "a link can be opened itself");
    close(folder);
}

static void test_make(int root)
{
    static const struct {
        const char *path;
        int error;
    } folders[] = {
        {"new/deep/er/", 0},
        {"new/other", 0},
        {".", 0},
        {"to-d/new", 0},
        {"../beside", EXDEV},
        {"d/../../beside", EXDEV},
        {"/tmp/x", EXDEV},
        {"out-folder/made", EXDEV},
        {"a.txt/x", ENOTDIR},
        {"a.txt", ENOTDIR},
        {"", ENOENT},
        {"new/../d/made", 0},
    };
    struct stat made = {0}, found = {0};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *path = folders[i].path;
        int folder = beneath_make(root, path, 0700);
        int code = folder < 0 ? errno : 0;
        CHECK(code == folders[i].error, "'%s': %s", path, strerror(code));
        CHECK(code || (!fstat(folder, &made) && !fstatat(root, path, &found, 0) &&
                       made.st_ino == found.st_ino),
              "'%s' is there", path);
        close(folder);
    }
    CHECK(fstatat(root, "../made", &found, 0) && fstatat(root, "../beside", &found, 0),
          "nothing is made outside");
}

/* As many folders as a path has room for: more than can be opened, and no reason to die. */
static void test_make_deep(int root)
{
    char path[4095];
    for (size_t i = 0; i < sizeof path; i++)
        path[i] = i % 2 ? '/' : 'n';
    path[sizeof path - 1] = '\0';
    CHECK(beneath_make(root, path, 0700) < 0 && errno == ENAMETOOLONG, "too deep: %m");
}

int main(void)
{
    struct scratch scratch;
    struct error err = {0};
    if (!CHECK(scratch_init_temporary(&scratch, &err), "a place: %s", err.text))
        return checks_done();
    int place = open(scratch.path, O_RDONLY | O_DIRECTORY);
    int root = make_root(place);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(root, cases[i].path, cases[i].content, cases[i].error);
    test_folder(root);
    test_make(root);
    test_make_deep(root);
    close(root);
    close(place);
    scratch_release(&scratch);
    return checks_done();
}
