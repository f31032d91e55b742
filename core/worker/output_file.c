/* output_file.c - see output_file.h. */
#include "worker/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "dispatch/children.h"

/* Duplicates stay above these, out of the way of what a plugin expects to get. */
enum { LOWEST_FD = 10 };

static const int standard[2] = {STDOUT_FILENO, STDERR_FILENO};

static void put_back(struct output_file *output)
{
    for (int i = 0; i < 2; i++) {
        if (output->before[i] < 0)
            continue;
        dup2(output->before[i], standard[i]);
        close(output->before[i]);
        output->before[i] = -1;
    }
}

bool output_file_begin(struct output_file *output, const char *path, struct error *err)
{
    *output = (struct output_file){{-1, -1}};
    int file =
        FAULT_ERRNO("output.open")
            ? -1
            : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(err, ERROR_IO, "cannot open the output file '%s': %s", path,
                         strerror(errno));
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        output->before[i] = fcntl(standard[i], F_DUPFD_CLOEXEC, LOWEST_FD);
        if (output->before[i] < 0 || dup2(file, standard[i]) < 0) {
            error_set(err, ERROR_IO, "cannot redirect output to '%s': %s", path, strerror(errno));
            put_back(output);
            close(file);
            return false;
        }
    }
    close(file);
    return true;
}

bool output_file_end(struct output_file *output, const char *path)
{
    struct stat status;
    fflush(stdout);
    fflush(stderr);
    bool empty = fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
                 status.st_size == 0 && children_signal(0) == 0;
    put_back(output);
    return !empty || unlink(path) != 0;
}
