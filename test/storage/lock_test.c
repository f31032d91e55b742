/* lock_test.c - one holder at a time, known by name, gone with its process. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "storage/lock.h"

#include "../check.h"

static char directory[] = "/tmp/lock_test_XXXXXX";

/* Starts a process that takes the lock and keeps it until it is killed. */
static pid_t start_holder(const char *path)
{
    int ready[2];
    if (pipe(ready))
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct lock *lock = lock_take(path, &err);
        char answer = lock ? 'y' : 'n';
        if (write(ready[1], &answer, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char answer = 'n';
    close(ready[1]);
    if (read(ready[0], &answer, 1) != 1 || answer != 'y')
        CHECK(false, "the other process takes the lock");
    close(ready[0]);
    return pid;
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void test_other_process(const char *path)
{
    struct error err = {0};
    struct lock_holder holder = {0};
    pid_t pid = start_holder(path);
    CHECK(lock_is_held(path, &holder, &err), "a lock of another process is seen");
    CHECK(holder.process.pid == pid && strlen(holder.since) == 24, "with its pid and time: %s",
          holder.since);

    char expected[256];
    snprintf(expected, sizeof expected, "process %ld works on it since %s: wait for it or end it",
             (long)pid, holder.since);
    CHECK(!lock_take(path, &err) && err.code == ERROR_BUSY, "a second engine is refused");
    CHECK(!strcmp(err.text, expected), "says '%s'", err.text);
    end_process(pid);

    error_clear(&err);
    CHECK(!lock_is_held(path, &holder, &err) && !err.code, "a killed process holds nothing");
    struct lock *lock = lock_take(path, &err);
    CHECK(lock, "the lock can be taken again: %s", err.text);
    lock_release(lock);
}

static void test_same_process(const char *path)
{
    struct error err = {0};
    struct lock_holder holder;
    struct lock *lock = lock_take(path, &err);
    CHECK(lock && lock_is_held(path, &holder, &err), "one's own lock is seen");
    struct process_identity self = process_identity_self();
    CHECK(holder.process.pid == self.pid && holder.process.start_ticks == self.start_ticks,
          "and its holder is this process");
    CHECK(!lock_take(path, &err) && err.code == ERROR_BUSY, "it is not taken twice");
    lock_release(lock);
    error_clear(&err);
    CHECK(!lock_is_held(path, NULL, &err) && !err.code, "and free once released");
}

static void test_child_does_not_keep_it(const char *path)
{
    struct error err = {0};
    struct lock *lock = lock_take(path, &err);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "1000", (char *)NULL);
        _exit(1);
    }
    /* The new program is there as soon as its name is. */
    char name_path[64], *name = NULL;
    size_t length;
    snprintf(name_path, sizeof name_path, "/proc/%ld/comm", (long)pid);
    do {
        free(name);
        name = file_read(name_path, 64, &length, &err);
    } while (name && strcmp(name, "sleep\n"));
    free(name);
    lock_release(lock);
    CHECK(!lock_is_held(path, NULL, &err), "a child that lives on does not keep the lock");
    end_process(pid);
}

/* What another thread has just begun to start has all descriptors until it runs its program. */
static void test_child_before_exec(const char *path)
{
    struct error err = {0};
    struct lock *lock = lock_take(path, &err);
    pid_t pid = fork();
    while (pid == 0)
        pause();
    lock_release(lock);
    CHECK(!lock_is_held(path, NULL, &err), "nor does one that has yet to run its program");
    end_process(pid);
}

static void test_files(const char *path)
{
    struct error err = {0};
    CHECK(!lock_is_held("/nonexistent/lock", NULL, &err) && !err.code, "no file, no holder");
    CHECK(!lock_take("/nonexistent/lock", &err) && err.code == ERROR_NOT_FOUND,
          "a lock in no directory: %s", err.text);
    unlink(path);
    error_clear(&err);
    struct lock *lock = lock_take(path, &err);
    CHECK(lock && file_exists(path), "the file is made when missing");
    lock_release(lock);
}

int main(void)
{
    struct error err = {0};
    char *path = mkdtemp(directory) ? path_join(directory, "lock") : NULL;
    if (!path)
        return 1;
    test_same_process(path);
    test_other_process(path);
    test_child_does_not_keep_it(path);
    test_child_before_exec(path);
    test_files(path);
    tree_remove(directory, &err);
    free(path);
    return checks_done();
}
