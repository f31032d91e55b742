/* output_file_test.c - the output file of an operation, while others look at it. */
#include "worker/output_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

enum { OPERATIONS = 20000 };

static char folder[] = "/tmp/output_file_test-XXXXXX";
static char path[sizeof folder + 8];

/* What the engine does with the file of an operation that takes long. */
static pid_t start_reader(void)
{
    pid_t pid = fork();
    while (pid == 0)
        close(open(path, O_RDONLY | O_NONBLOCK));
    return pid;
}

static int run_operations(void)
{
    struct error err = {0};
    for (int i = 0; i < OPERATIONS; i++) {
        struct output_file output = OUTPUT_FILE_NONE;
        if (!output_file_open(&output, path, &err))
            return 1;
        output_file_enter(&output);
        output_file_leave(&output);
        if (output_file_end(&output, path, false))
            return 2;
    }
    output_files_release();
    return 0;
}

/* In a process of its own: what comes to the worker then must not end the test. */
static void test_reading_does_no_harm(void)
{
    pid_t reader = start_reader(), worker = fork();
    if (worker == 0)
        _exit(run_operations());
    int status = 0;
    waitpid(worker, &status, 0);
    kill(reader, SIGKILL);
    waitpid(reader, NULL, 0);
    CHECK(WIFEXITED(status),
          "reading the output of operations does not kill their worker (signal %d)",
          WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "each has its file, which is empty");
}

/* Run an operation that prints `text`. @return whether it is said to have printed something */
static bool print(const char *file, const char *text)
{
    struct error err = {0};
    struct output_file output = OUTPUT_FILE_NONE;
    if (!output_file_open(&output, file, &err))
        return false;
    output_file_enter(&output);
    fputs(text, stdout);
    output_file_leave(&output);
    return output_file_end(&output, file, false);
}

/* What is in the file of the path is `text`. */
static bool holds(const char *file, const char *text)
{
    char content[64] = "";
    int fd = open(file, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, content, sizeof content - 1);
    close(fd);
    return length >= 0 && !strcmp(content, text);
}

static bool write_into(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY);
    ssize_t length = fd < 0 ? -1 : write(fd, text, strlen(text));
    close(fd);
    return length > 0;
}

static void test_names(void)
{
    char other[sizeof path + 8];
    snprintf(other, sizeof other, "%s-other", path);
    CHECK(!print(path, "") && !print(path, ""), "nothing is said of empty files");
    CHECK(print(path, "one") && holds(path, "one"), "the file is used again under its name");
    unlink(path);
    CHECK(!print(path, "") && print(other, "two") && holds(other, "two") && access(path, F_OK),
          "or gets another name");
    unlink(other);
    CHECK(!print(path, "") && !unlink(path) && print(path, "three") && holds(path, "three"),
          "one that was removed meanwhile is made anew");
    unlink(path);
    CHECK(!print(path, "") && !rename(path, other) && print(path, "four") && holds(path, "four") &&
              holds(other, ""),
          "and so is one that was moved away");
    unlink(other);
    unlink(path);
    CHECK(!print(path, "") && write_into(path, "none's") && print(path, "five") &&
              holds(path, "five"),
          "what somebody has written into it meanwhile is not the next one's");
    unlink(path);
    output_files_release();
}

int main(void)
{
    if (!CHECK(mkdtemp(folder), "a folder is made"))
        return checks_done();
    snprintf(path, sizeof path, "%s/output", folder);
    test_reading_does_no_harm();
    test_names();
    unlink(path);
    rmdir(folder);
    return checks_done();
}
