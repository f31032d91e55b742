/* children_test.c - the list of process groups, alone and in memory shared with an engine. */
#include "dispatch/children.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "dispatch/leftovers.h"

/* A child in a group of its own that waits for ever; it exits with 7 if it may not join. */
static pid_t start(bool join)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (join && !children_join())
            _exit(7);
        for (;;)
            pause();
    }
    return pid;
}

/* How it ended: its signal, or minus its exit code. */
static int end_of(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void test_list(void)
{
    pid_t first = start(true), second = start(false);
    CHECK(children_add(first) && children_add(first) && children_add(second), "groups are added");
    CHECK(getpgid(first) == first && getpgid(second) == second, "each is a group of its own");
    CHECK(children_signal(0, 0) == 2, "each is listed once");
    children_remove(first);
    CHECK(children_signal(0, SIGTERM) == 1 && end_of(second) == SIGTERM,
          "those listed get signals");
    CHECK(children_signal(0, 0) == 0, "one that has ended is none");
    CHECK(kill(first, 0) == 0, "one that was removed gets none");
    children_add(first);
    children_forget(0);
    CHECK(children_signal(0, 0) == 0, "all can be forgotten");
    kill(first, SIGKILL);
    end_of(first);
}

static void test_many(void)
{
    bool added = true;
    for (int i = 0; i < CHILDREN_LIMIT + 10; i++) {
        pid_t child = start(true);
        added &= children_add(child);
        kill(child, SIGKILL);
        end_of(child);
    }
    CHECK(added, "groups that have ended make room for others");
    children_forget(0);
}

static void test_owners(void)
{
    pid_t first = start(false), second = start(false);
    children_begin(1);
    children_add(first);
    children_begin(2);
    children_add(second);
    CHECK(children_signal(1, SIGTERM) == 1 && end_of(first) == SIGTERM, "signals reach one's own");
    CHECK(kill(second, 0) == 0, "and nobody else's");
    children_forget(1);
    CHECK(children_signal(2, 0) == 1, "one forgets one's own");
    children_forget(2);
    CHECK(children_signal(2, 0) == 0, "and those only");
    children_begin(0);
    kill(second, SIGKILL);
    end_of(second);
}

static void test_shared(void)
{
    struct error err = {0};
    int memory = children_memory_new(NULL, &err);
    CHECK(memory >= 0 && children_share(memory), "the list is shared: %s", err.text);
    pid_t before = start(false); /* one that joins might see the end first, and exit by itself */
    children_add(before);
    children_memory_end(memory);
    CHECK(end_of(before) == SIGKILL, "the other side ends the groups");
    CHECK(end_of(start(true)) == -7, "later children end themselves");
    pid_t late = start(false);
    CHECK(!children_add(late), "or are refused");
    kill(late, SIGKILL);
    end_of(late);
    close(memory);
}

/* A plugin may reach what its worker shares with the engine. */
static void test_cut_short(void)
{
    struct error err = {0};
    int memory = children_memory_new(NULL, &err);
    CHECK(ftruncate(memory, 1000) == 0, "the list is cut short");
    CHECK(!children_memory_are_alive(memory), "then nobody is listed");
    children_memory_terminate(memory);
    children_memory_end(memory);
    close(memory);
}

static void test_end(void)
{
    struct error err = {0};
    int memory = children_memory_new(NULL, &err);
    children_share(memory);
    pid_t child = start(false);
    children_add(child);
    children_end();
    CHECK(end_of(child) == SIGKILL, "a process that ends takes its children along");
    close(memory);
}

/* A file that names `worker`, with `group` in its list: what an engine leaves that is killed. */
static void leave(const char *path, pid_t worker, pid_t group)
{
    struct error err = {0};
    int memory = children_memory_new(path, &err);
    children_memory_set_worker(memory, worker);
    children_share(memory);
    children_add(group);
    close(memory);
}

static void test_left(void)
{
    char directory[] = "/tmp/children_test_XXXXXX", path[64];
    struct error err = {0};
    if (!mkdtemp(directory))
        abort();
    CHECK(leftovers_end("/nowhere/at/all", &err), "nobody has survived nowhere");
    snprintf(path, sizeof path, "%s/worker-1", directory);
    pid_t worker = start(false), group = start(false);
    leave(path, worker, group);
    CHECK(leftovers_end(directory, &err), "survivors are ended: %s", err.text);
    CHECK(end_of(worker) == SIGKILL && end_of(group) == SIGKILL, "worker and children");
    CHECK(access(path, F_OK) != 0, "and forgotten");

    worker = start(false);
    group = start(false);
    leave(path, worker, group);
    int file = open(path, O_RDWR);
    CHECK(pwrite(file, "another boot", 12, 0) == 12, "after another boot of the machine");
    close(file);
    CHECK(leftovers_end(directory, &err) && kill(worker, 0) == 0 && kill(group, 0) == 0,
          "processes with the same numbers are strangers");
    kill(worker, SIGKILL);
    kill(group, SIGKILL);
    end_of(worker);
    end_of(group);
    snprintf(path, sizeof path, "%s/worker-2", directory);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    CHECK(leftovers_end(directory, &err) && access(path, F_OK) != 0,
          "a file that was being made has nobody: %s", err.text);
    rmdir(directory);
}

int main(void)
{
    test_list();
    test_many();
    test_owners();
    test_shared();
    test_cut_short();
    test_end();
    test_left();
    return checks_done();
}
