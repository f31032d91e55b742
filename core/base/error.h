/* error.h - why something did not work: a code to react to and one line for a human. */
#ifndef CLOUDIFY_BASE_ERROR_H
#define CLOUDIFY_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

/* What a caller may react to. The numbers are part of the embedding API: append only. */
enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID = 1, /* bad input: a blueprint, a parameter, a message */
    ERROR_NOT_FOUND = 2,
    ERROR_EXISTS = 3,
    ERROR_CONFLICT = 4, /* a write based on an older version */
    ERROR_BUSY = 5,     /* somebody else holds the lock */
    ERROR_STORAGE = 6,  /* the store is full, read-only or damaged */
    ERROR_IO = 7,
    ERROR_NOMEM = 8,
    ERROR_LIMIT = 9,   /* too deep, too long, too many */
    ERROR_PLUGIN = 10, /* a plugin's code cannot be found or loaded */
    ERROR_FAILED = 11, /* an execution or an operation failed */
    ERROR_CANCELLED = 12,
    ERROR_UNSUPPORTED = 13,
    ERROR_STATE = 14, /* not possible in the present state */
};

/* Lives on the caller's stack, `struct error err = {0};`, and is never freed. */
struct error {
    enum error_code code;
    char text[1024]; /* UTF-8, whatever has been put into it; URLs without user and password */
};

/**
 * Record an error, unless `err` already holds one: the first error wins.
 *
 * @param fmt a sentence `where: what`, without capital, full stop or newline
 * @return false, so that a caller can `return error_set(...)`
 */
bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

bool error_vset(struct error *err, enum error_code code, const char *fmt, va_list args);

/** Record that memory ran out. @return false */
bool error_nomem(struct error *err);

/** Put `context: ` in front of the text of an error already set. */
void error_context(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Forget the error. */
void error_clear(struct error *err);

#endif
