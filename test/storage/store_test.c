/* store_test.c - stores that cannot be used say why: no place, no permission, no database of ours.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

static const struct {
    const char *id;
    bool valid;
} ids[] = {{"web", true}, {"_1.a-B", true}, {"7", true},   {"", false},    {".", false},
           {"..", false}, {"a/b", false},   {"-a", false}, {"a b", false}, {"\xc3\xa4", false}};

static void test_ids(void)
{
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct error err = {0};
        CHECK(deployment_id_check(ids[i].id, &err) == ids[i].valid, "id '%s': %s", ids[i].id,
              err.text);
    }
    CHECK(network_file_system(0x6969) && network_file_system((int)0xff534d42),
          "network file systems are known");
    CHECK(!network_file_system(0xef53), "ext4 is none");
}

/* In a process of its own, as the limit stays. */
static void test_full_disk(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    struct error err = {0};
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {16384, 16384};
        setrlimit(RLIMIT_FSIZE, &limit);
        struct error full = {0};
        f.record.id = "second";
        bool refused = !deployment_create(f.store, &f.record, &full);
        bool clear = full.code == ERROR_STORAGE && strstr(full.text, "second/state.db") &&
                     strstr(full.text, "free some space");
        if (!clear)
            printf("# %s\n", full.text);
        fflush(stdout);
        bool clean = !exists_below(&f, "deployments/second");
        _exit(refused && clear && clean ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a full disk refuses a deployment, says what to do and leaves nothing");
    deployment_store_close(ds);
    fixture_release(&f);
}

static void test_full_disk_at_commit(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
        /* The first transaction makes the log. */
        if (!deployment_store_begin(ds, &err) || !deployment_store_commit(ds, &err))
            _exit(2);
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {4096, 4096};
        setrlimit(RLIMIT_FSIZE, &limit);
        bool refused = deployment_store_begin(ds, &err) &&
                       execution_set_status(ds, "e1", "started", NULL, &err) &&
                       !deployment_store_commit(ds, &err);
        bool clear = err.code == ERROR_STORAGE && strstr(err.text, "/state.db") &&
                     strstr(err.text, "free some space");
        if (!refused || !clear)
            printf("# %s\n", err.text);
        fflush(stdout);
        _exit(refused && clear ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a disk that is full when a transaction ends is called that");
    fixture_release(&f);
}

static void test_read_only(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    if (geteuid() == 0) {
        CHECK(!store_open("/proc/store", STORE_WRITE, &err) && err.code == ERROR_STORAGE &&
                  strstr(err.text, "use another store"),
              "where nothing can be written there is no store: %s", err.text);
    } else {
        chmod(f.directory, 0500);
        char *path = path_join(f.directory, "other");
        CHECK(!store_open(path, STORE_WRITE, &err) && err.code == ERROR_STORAGE &&
                  strstr(err.text, path),
              "a read-only directory is refused: %s", err.text);
        free(path);
        chmod(f.directory, 0700);
    }
    error_clear(&err);
    CHECK(!store_open("/nonexistent", STORE_READ, &err) && err.code == ERROR_NOT_FOUND &&
              !strcmp(err.text,
                      "there is no store at '/nonexistent': name another one with --store or "
                      "$CFY_STORE; the first install makes one"),
          "reading makes no store: %s", err.text);
    fixture_release(&f);
}

static void test_not_ours(void)
{
    struct fixture f;
    if (!fixture_init(&f))
        return;
    /* Only the store itself is closed to others. */
    char *parent = path_directory(f.store_path);
    chmod(f.directory, 0755);
    chmod(parent, 0755);
    free(parent);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        bool other = geteuid() ? chmod(f.store_path, 0) == 0 : setuid(65534) == 0;
        bool refused = !store_open(f.store_path, STORE_READ, &err);
        if (!strstr(err.text, "as a store: Permission denied"))
            printf("# %s\n", err.text);
        fflush(stdout);
        chmod(f.store_path, 0700);
        _exit(other && refused && err.code == ERROR_STORAGE ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(status == 0, "a store that cannot be read is refused, not taken for an empty one");
    fixture_release(&f);
}

static void overwrite(const struct fixture *f, const char *path, const char *text)
{
    struct error err = {0};
    char *whole = below(f, path);
    CHECK(file_write(whole, text, strlen(text), 0600, &err), "%s", err.text);
    free(whole);
}

static void test_damaged(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    deployment_store_close(deployment_create(f.store, &f.record, &err));
    overwrite(&f, "deployments/web/state.db", "this is no database, but long enough to be read");
    CHECK(!deployment_open(f.store, "web", STORE_READ, &err) && err.code == ERROR_STORAGE &&
              strstr(err.text, "web/state.db' is damaged"),
          "a damaged database is named: %s", err.text);
    error_clear(&err);
    CHECK(deployment_remove(f.store, "web", &err), "and can be removed: %s", err.text);

    CHECK(database_run(f.store->catalog, &err, "PRAGMA user_version = 99", ""), "a newer store");
    store_close(f.store);
    f.store = NULL;
    CHECK(!store_open(f.store_path, STORE_WRITE, &err) && err.code == ERROR_UNSUPPORTED,
          "is refused: %s", err.text);
    fixture_release(&f);
}

static long size_of(const struct fixture *f, const char *name)
{
    char path[4200];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", f->store_path, name);
    return stat(path, &status) == 0 ? (long)status.st_size : 0;
}

/* Each command opens the store anew, for a commit or two. */
static void test_log_of_catalog(void)
{
    struct fixture f;
    struct error err = {0};
    long longest = 0, kept = 0;
    if (!fixture_init(&f))
        return;
    bool ok = true;
    for (int i = 0; ok && i < 100; i++) {
        store_close(f.store);
        f.store = store_open(f.store_path, STORE_WRITE, &err);
        ok = f.store && database_run(f.store->catalog, &err,
                                     "INSERT INTO deployments (id, created_at) VALUES (?, '')", "t",
                                     (char[]){'a' + i / 26, 'a' + i % 26, 0});
        store_close(f.store);
        f.store = NULL;
        long size = size_of(&f, "catalog.db-wal");
        longest = size > longest ? size : longest;
        kept += size > 0;
        f.store = store_open(f.store_path, STORE_WRITE, &err);
    }
    CHECK(ok && kept > 50, "the log of the catalog is mostly kept: %ld %s", kept, err.text);
    CHECK(longest < 70 * 4200, "and stays short: %ld bytes", longest);
    fixture_release(&f);
}

int main(void)
{
    test_log_of_catalog();
    test_ids();
    test_full_disk();
    test_full_disk_at_commit();
    test_read_only();
    test_not_ours();
    test_damaged();
    return checks_done();
}
