/* process_stat_test.c - what the kernel tells of a process, whatever its name. */
#include "base/process_stat.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

static void test_self(void)
{
    struct process_stat stat = {0};
    CHECK(process_stat_read(getpid(), &stat) && stat.state == 'R', "one that asks is running: %c",
          stat.state);
    CHECK(stat.group == getpgrp() && stat.start_ticks, "its group and start are known");
    CHECK(process_stat_is_alive(&stat), "it is alive");
}

static void test_name(void)
{
    struct process_stat plain = {0}, odd = {0};
    process_stat_read(getpid(), &plain);
    prctl(PR_SET_NAME, "a) Z 1 (b) 7 ");
    CHECK(process_stat_read(getpid(), &odd) && odd.state == 'R' && odd.group == plain.group &&
              odd.start_ticks == plain.start_ticks,
          "a name with blanks and parentheses changes nothing");
}

static void test_child(void)
{
    struct process_stat stat = {0};
    siginfo_t end;
    pid_t pid = fork();
    while (pid == 0)
        pause();
    setpgid(pid, pid);
    CHECK(process_stat_read(pid, &stat) && stat.group == pid && process_stat_is_alive(&stat),
          "a child leads its group");
    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT);
    CHECK(process_stat_read(pid, &stat) && stat.state == 'Z' && !process_stat_is_alive(&stat),
          "one that was killed is dead, before anybody has waited for it");
    waitpid(pid, NULL, 0);
    CHECK(!process_stat_read(pid, &stat), "then it is no more");
    CHECK(!process_stat_read(0, &stat) && !process_stat_read(-1, &stat),
          "there is no process 0, nor a negative one");
}

int main(void)
{
    test_self();
    test_name();
    test_child();
    return checks_done();
}
