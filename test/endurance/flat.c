/* flat.c - `flat BUILD [ROUNDS]`: one process installs, uninstalls and deletes again and again, and
 * neither memory nor descriptors, processes, temporary files or the store may grow with that. In
 * every tenth round the install fails, in another tenth its worker is killed. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "include/cloudify.h"

static const char blueprint[] = ENDURANCE_FOLDER "/blueprint/blueprint.yaml";
static const char *const plugins[] = {ENDURANCE_FOLDER "/plugins", NULL};

enum { FOLDER_SIZE = 64, PATH_SIZE = 512 };
static char folder[FOLDER_SIZE], store[PATH_SIZE], temporary[PATH_SIZE];

/* ---- what is measured ---- */

struct measure {
    long resident; /* KB */
    long descriptors, children, files /* temporary ones */;
    long store, log; /* KB: without the logs of SQLite, and the largest of these */
};

static long entries(const char *path)
{
    DIR *directory = opendir(path);
    long count = -2;
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static long resident_size(void)
{
    char line[128];
    long size = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status) && sscanf(line, "VmRSS: %ld", &size) != 1)
        continue;
    if (status)
        fclose(status);
    return size;
}

static long count_children(void)
{
    int child;
    long count = 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    FILE *children = fopen(path, "re");
    while (children && fscanf(children, "%d", &child) == 1)
        count++;
    if (children)
        fclose(children);
    return count;
}

/* In blocks of 512 bytes. */
static long tree_files, tree_blocks, tree_log;

static int add_file(const char *path, const struct stat *info, int type, struct FTW *at)
{
    size_t length = strlen(path);
    (void)type;
    tree_files += at->level > 0;
    if (length < 4 || strcmp(path + length - 4, "-wal"))
        tree_blocks += info->st_blocks;
    else if (info->st_blocks > tree_log)
        tree_log = info->st_blocks;
    return 0;
}

static void measure_tree(const char *path)
{
    tree_files = tree_blocks = tree_log = 0;
    nftw(path, add_file, 16, FTW_PHYS);
}

static struct measure take_measure(void)
{
    struct measure m = {.resident = resident_size(),
                        .descriptors = entries("/proc/self/fd"),
                        .children = count_children()};
    measure_tree(temporary);
    m.files = tree_files;
    measure_tree(store);
    m.store = tree_blocks / 2;
    m.log = tree_log / 2;
    return m;
}

static void print_measure(int round, const struct measure *m)
{
    printf("# %6d %8ld KB %6ld %6ld %6ld %8ld KB %8ld KB\n", round, m->resident, m->descriptors,
           m->children, m->files, m->store, m->log);
    fflush(stdout);
}

/* ---- rounds ---- */

static const char *mode_of(int round)
{
    return round % 10 == 3 ? "fail" : round % 10 == 7 ? "kill" : "well";
}

/* Whether the round went as its mode says. */
static bool run_round(struct cloudify *c, int round)
{
    const char *mode = mode_of(round);
    struct cloudify_error err = {0};
    char inputs[32];
    snprintf(inputs, sizeof inputs, "{\"mode\": \"%s\"}", mode);
    struct cloudify_install_options install = {
        .deployment = "flat", .inputs = inputs, .execution = {.retries_given = true}};
    char *execution = cloudify_install(c, blueprint, &install, &err);
    cloudify_free(execution);
    bool as_told = strcmp(mode, "well") ? !execution && err.code == CLOUDIFY_FAILED : !!execution;
    if (!as_told)
        CHECK(false, "round %d, %s: %s", round, mode, err.text);
    err = (struct cloudify_error){0};
    cloudify_free(cloudify_outputs(c, "flat", &err));
    execution = cloudify_uninstall(c, "flat", NULL, &install.execution, &err);
    cloudify_free(execution);
    if (!execution || !cloudify_deployment_delete(c, "flat", false, &err))
        as_told = CHECK(false, "round %d, uninstall: %s", round, err.text);
    return as_told;
}

/* What may come and go from one moment to another. */
enum { RESIDENT_SLACK = 1024, STORE_SLACK = 256 /* KB */ };

/* KB. SQLite begins a log anew when it has 4 MB. */
enum { LOG_LIMIT = 5 * 1024 };

static void compare(const struct measure *before, const struct measure *after)
{
    CHECK(after->resident <= before->resident + RESIDENT_SLACK, "memory: from %ld KB to %ld KB",
          before->resident, after->resident);
    CHECK(after->descriptors == before->descriptors, "descriptors: from %ld to %ld",
          before->descriptors, after->descriptors);
    CHECK(after->children == 0, "processes: %ld", after->children);
    CHECK(after->files <= before->files, "temporary files: from %ld to %ld", before->files,
          after->files);
    CHECK(after->store <= before->store + STORE_SLACK, "the store: from %ld KB to %ld KB",
          before->store, after->store);
    CHECK(after->log <= LOG_LIMIT, "a log of a database: %ld KB", after->log);
}

static void run_rounds(struct cloudify *c, int rounds)
{
    struct measure settled = {0}, now = {0};
    int settles = rounds / 4 + 1, step = rounds / 10 + 1;
    puts("#  round      memory    fds  procs  files       store         log");
    for (int round = 1; round <= rounds; round++) {
        if (!run_round(c, round))
            return;
        if (round != settles && round % step && round != rounds)
            continue;
        now = take_measure();
        print_measure(round, &now);
        if (round == settles)
            settled = now;
    }
    CHECK(true, "%d rounds", rounds);
    compare(&settled, &now);
}

/* ---- where ---- */

static bool make_folders(void)
{
    /* Where nothing has to wait for a disk, if there is such a place. */
    snprintf(folder, sizeof folder, "%s/cloudify-flat-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder))
        return false;
    snprintf(store, sizeof store, "%s/store", folder);
    snprintf(temporary, sizeof temporary, "%s/tmp", folder);
    return mkdir(temporary, 0700) == 0 && setenv("TMPDIR", temporary, 1) == 0;
}

static int remove_file(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

int main(int count, char **arguments)
{
    if (count < 2 || !make_folders()) {
        fputs("usage: flat BUILD [ROUNDS]\n", stderr);
        return 2;
    }
    long open_before = entries("/proc/self/fd");
    char worker[PATH_SIZE];
    snprintf(worker, sizeof worker, "%s/cloudify-worker", arguments[1]);
    struct cloudify_options options = {
        .store = store, .plugin_directories = plugins, .worker = worker};
    struct cloudify_error err = {0};
    struct cloudify *c = cloudify_open(&options, &err);
    if (CHECK(c, "opens: %s", err.text))
        run_rounds(c, count > 2 ? atoi(arguments[2]) : 1000);
    cloudify_close(c);
    /* libuv keeps a pipe for signals as long as the process lives. */
    CHECK(entries("/proc/self/fd") <= open_before + 2, "nothing of ours is open at the end");
    nftw(folder, remove_file, 16, FTW_DEPTH | FTW_PHYS);
    return checks_done();
}
