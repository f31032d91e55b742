/* children_test.c - the list of process groups, alone and in memory shared with an engine. */
#include "dispatch/children.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

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
    CHECK(children_signal(0) == 2, "each is listed once");
    children_remove(first);
    CHECK(children_signal(SIGTERM) == 1 && end_of(second) == SIGTERM, "those listed get signals");
    CHECK(children_signal(0) == 0, "one that has ended is none");
    CHECK(kill(first, 0) == 0, "one that was removed gets none");
    children_add(first);
    children_forget();
    CHECK(children_signal(0) == 0, "all can be forgotten");
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
    children_forget();
}

static void test_shared(void)
{
    struct error err = {0};
    int memory = children_memory_new(&err);
    CHECK(memory >= 0 && children_share(memory), "the list is shared: %s", err.text);
    pid_t before = start(true);
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

static void test_end(void)
{
    struct error err = {0};
    int memory = children_memory_new(&err);
    children_share(memory);
    pid_t child = start(true);
    children_add(child);
    children_end();
    CHECK(end_of(child) == SIGKILL, "a process that ends takes its children along");
    close(memory);
}

int main(void)
{
    test_list();
    test_many();
    test_shared();
    test_end();
    return checks_done();
}
