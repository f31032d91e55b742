/* server.h - runs server.py beside a test. */
#ifndef CLOUDIFY_TEST_RESOURCES_SERVER_H
#define CLOUDIFY_TEST_RESOURCES_SERVER_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    int port;
    pid_t pid;
    int input; /* the server lives as long as this is open */
};

static inline void server_exec(int input, int output)
{
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp("python3", "python3", "test/resources/server.py", (char *)NULL);
    _exit(127);
}

/** Start the server. @return whether it listens on `port` of 127.0.0.1 */
static inline bool server_start(struct server *server)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return false;
    server->pid = fork();
    if (!server->pid)
        server_exec(in[0], out[1]);
    close(in[0]);
    close(out[1]);
    server->input = in[1];
    FILE *port = fdopen(out[0], "r");
    bool ok = port && fscanf(port, "%d", &server->port) == 1;
    if (port)
        fclose(port);
    return ok;
}

static inline void server_stop(const struct server *server)
{
    close(server->input);
    waitpid(server->pid, NULL, 0);
}

#endif
