/* check.h - the little that a C test needs: CHECK prints a TAP line, checks_done() the plan. */
#ifndef CLOUDIFY_TEST_CHECK_H
#define CLOUDIFY_TEST_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int checks_run, checks_failed;

/* CHECK(condition, "says what holds: %s", ...) */
#define CHECK(condition, ...) check_report((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

__attribute__((format(printf, 5, 6))) static inline bool check_report(bool ok, const char *file,
                                                                      int line,
                                                                      const char *condition,
                                                                      const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    printf("%s %d - ", ok ? "ok" : "not ok", ++checks_run);
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
    if (!ok) {
        checks_failed++;
        printf("# %s:%d: %s\n", file, line, condition);
    }
    fflush(stdout);
    return ok;
}

/** Print the plan. @return the exit code of the test program */
static inline int checks_done(void)
{
    printf("1..%d\n", checks_run);
    return checks_failed ? 1 : 0;
}

#endif
