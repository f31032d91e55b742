/* cancel_test.c - requests to cancel an execution, from other processes and by signals. */
#include "engine/cancel.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"

static char directory[] = "/tmp/cancel_test-XXXXXX";

static bool is_readable(struct cancel_listener *listener, int which)
{
    int descriptors[2];
    cancel_descriptors(listener, descriptors);
    struct pollfd wanted = {.fd = descriptors[which], .events = POLLIN};
    return poll(&wanted, 1, 0) == 1;
}

static bool request(const char *execution, enum cancel_level level)
{
    struct error err = {0};
    return cancel_request(directory, execution, level, &err);
}

static void test_requests(void)
{
    struct error err = {0};
    CHECK(!request("e1", CANCEL_KILL), "nobody listens in a new directory");
    struct cancel_listener *listener = cancel_listen(directory, "e1", false, &err);
    CHECK(listener, "somebody does: %s", err.text);
    CHECK(cancel_level(listener) == CANCEL_NONE && !is_readable(listener, 0), "nothing is asked");
    CHECK(request("e1", CANCEL_FORCE) && is_readable(listener, 0), "a request wakes who waits");
    CHECK(cancel_level(listener) == CANCEL_FORCE, "and is heard");
    CHECK(!is_readable(listener, 0), "once");
    CHECK(request("e1", CANCEL_GRACEFUL) && cancel_level(listener) == CANCEL_FORCE,
          "a less urgent one changes nothing");
    CHECK(request("e2", CANCEL_KILL) && cancel_level(listener) == CANCEL_FORCE,
          "nor does one for another execution");
    request("e1", CANCEL_GRACEFUL);
    CHECK(request("e1", CANCEL_KILL) && cancel_level(listener) == CANCEL_KILL,
          "of several all are heard");
    cancel_listener_free(listener);
    CHECK(!request("e1", CANCEL_KILL), "nobody listens any more");
}

static void test_rubbish(void)
{
    struct error err = {0};
    char long_id[1000];
    memset(long_id, 'x', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    struct cancel_listener *listener = cancel_listen(directory, "e1", false, &err);
    CHECK(request(long_id, CANCEL_KILL) && cancel_level(listener) == CANCEL_NONE,
          "what is too long is dropped");
    CHECK(request("e1", CANCEL_KILL) && cancel_level(listener) == CANCEL_KILL,
          "what follows is heard");
    cancel_listener_free(listener);
}

static void test_left_behind(void)
{
    struct error err = {0};
    pid_t pid = fork();
    if (pid == 0) {
        cancel_listen(directory, "e1", false, &err);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
    CHECK(!request("e1", CANCEL_KILL), "a dead engine does not listen");
    struct cancel_listener *listener = cancel_listen(directory, "e1", false, &err);
    CHECK(listener && cancel_level(listener) == CANCEL_NONE, "its pipe serves the next one");
    cancel_listener_free(listener);
}

static volatile sig_atomic_t met_before;

static void on_signal(int number)
{
    (void)number;
    met_before++;
}

/* Operations may write what they like into the work directory. */
static void test_in_the_way(void)
{
    struct error err = {0};
    char path[sizeof directory + sizeof "/cancel"], *kept;
    size_t length;
    snprintf(path, sizeof path, "%s/cancel", directory);
    CHECK(file_write(path, "precious", 8, 0600, &err), "a file where the pipe should be: %s",
          err.text);
    CHECK(!cancel_listen(directory, "e1", false, &err) && err.code == ERROR_IO &&
              strstr(err.text, "/cancel' is in the way"),
          "is told of: %s", err.text);
    error_clear(&err);
    CHECK(!request("e1", CANCEL_KILL), "nobody listens there");
    kept = file_read(path, 100, &length, &err);
    CHECK(kept && length == 8 && !memcmp(kept, "precious", 8), "it stays as it was: %s", err.text);
    free(kept);
    unlink(path);
}

static void test_signals(void)
{
    struct error err = {0};
    signal(SIGINT, on_signal);
    struct cancel_listener *listener = cancel_listen(directory, "e1", true, &err);
    CHECK(cancel_level(listener) == CANCEL_NONE, "no signal has come");
    raise(SIGINT);
    CHECK(is_readable(listener, 1), "one wakes who waits");
    CHECK(cancel_level(listener) == CANCEL_GRACEFUL, "and cancels");
    raise(SIGTERM);
    CHECK(cancel_level(listener) == CANCEL_KILL, "a second one kills");
    cancel_listener_free(listener);
    raise(SIGINT);
    CHECK(met_before == 1, "afterwards it means what it meant before");
    listener = cancel_listen(directory, "e1", true, &err);
    CHECK(cancel_level(listener) == CANCEL_NONE, "the next listener begins anew");
    cancel_listener_free(listener);
    signal(SIGINT, SIG_DFL);
}

/* Executions of several threads, which begin and end in any order. */
static void test_signals_for_several(void)
{
    struct error err = {0};
    met_before = 0;
    signal(SIGINT, on_signal);
    struct cancel_listener *first = cancel_listen(directory, "e1", true, &err);
    raise(SIGINT);
    struct cancel_listener *second = cancel_listen(directory, "e2", true, &err);
    CHECK(cancel_level(first) == CANCEL_GRACEFUL && cancel_level(second) == CANCEL_NONE,
          "what came before a listener began is not its concern");
    raise(SIGINT);
    CHECK(is_readable(first, 1) && is_readable(second, 1), "a signal wakes all who wait");
    CHECK(cancel_level(first) == CANCEL_KILL && cancel_level(second) == CANCEL_GRACEFUL,
          "each counts its own");
    cancel_listener_free(first);
    raise(SIGINT);
    CHECK(cancel_level(second) == CANCEL_KILL && !met_before, "who listens on hears the next one");
    cancel_listener_free(second);
    raise(SIGINT);
    CHECK(met_before == 1, "after the last it means what it meant before the first");
    signal(SIGINT, SIG_DFL);
}

int main(void)
{
    struct error err = {0};
    if (!mkdtemp(directory))
        abort();
    test_requests();
    test_rubbish();
    test_left_behind();
    test_in_the_way();
    test_signals();
    test_signals_for_several();
    tree_remove(directory, &err);
    return checks_done();
}
