/* process_stat.c - see process_stat.h. */
#include "base/process_stat.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fields of proc(5), as they are counted there. */
enum { FIELD_STATE = 3, FIELD_GROUP = 5, FIELD_START = 22 };

/* Write /proc/PID/stat into `path`: snprintf() is not safe after fork(). */
static void stat_path(pid_t pid, char path[static 32])
{
    char digits[12];
    size_t count = 0;
    for (unsigned left = (unsigned)pid; count == 0 || left; left /= 10)
        digits[count++] = (char)('0' + left % 10);
    memcpy(path, "/proc/", 6);
    for (size_t i = 0; i < count; i++)
        path[6 + i] = digits[count - 1 - i];
    memcpy(path + 6 + count, "/stat", 6);
}

/* The field behind `field` and so many others; NULL if there are too few. */
static const char *skip(const char *field, int count)
{
    for (; field && count; count--) {
        field = strchr(field, ' ');
        field += field != NULL;
    }
    return field;
}

bool process_stat_read(pid_t pid, struct process_stat *stat)
{
    char path[32], text[1024];
    stat_path(pid, path);
    int fd = pid > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    /* The second field, the name, may hold anything; the third follows its last parenthesis. */
    const char *name_end = strrchr(text, ')');
    const char *state = skip(name_end, FIELD_STATE - 2);
    const char *group = skip(state, FIELD_GROUP - FIELD_STATE);
    const char *start = skip(group, FIELD_START - FIELD_GROUP);
    if (!start)
        return false;
    *stat = (struct process_stat){.state = *state,
                                  .group = (pid_t)strtol(group, NULL, 10),
                                  .start_ticks = strtoull(start, NULL, 10)};
    return true;
}

bool process_stat_is_alive(const struct process_stat *stat)
{
    return stat->state != 'Z' && stat->state != 'X';
}
