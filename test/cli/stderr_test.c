/* stderr_test.c - what cfy says on standard error comes in whole lines: of several that share a
 * terminal, none writes into another's line.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

/* A socket of packets hands on each write() by itself. */
static int start(char *const arguments[], pid_t *child)
{
    char program[4096];
    const char *build = getenv("CFY_BUILD");
    int ends[2];
    snprintf(program, sizeof program, "%s/cfy", build ? build : "build");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return -1;
    *child = fork();
    if (*child == 0) {
        dup2(ends[1], STDERR_FILENO);
        execv(program, arguments);
        _exit(127);
    }
    close(ends[1]);
    return ends[0];
}

static void check_lines(const char *what, char *const arguments[], int lines)
{
    char packet[8192];
    ssize_t length;
    pid_t child = -1;
    int writes = 0, packets = start(arguments, &child);
    bool whole = true;
    while ((length = recv(packets, packet, sizeof packet, 0)) > 0) {
        writes++;
        whole = whole && packet[length - 1] == '\n';
    }
    close(packets);
    waitpid(child, NULL, 0);
    CHECK(writes == lines && whole, "%s: %d lines in %d writes", what, lines, writes);
}

int main(void)
{
    check_lines("a command that is not there", (char *[]){"cfy", "intsall", NULL}, 2);
    check_lines("a store that is not there",
                (char *[]){"cfy", "--store", "/no/store", "outputs", "web", NULL}, 1);
    check_lines("a secret's file that is not there",
                (char *[]){"cfy", "secrets", "create", "key", "-f", "/no/file", NULL}, 1);
    return checks_done();
}
