/* diagnostics.h - everything found wrong with a blueprint, each with its place and a way out. */
#ifndef CLOUDIFY_DSL_DIAGNOSTICS_H
#define CLOUDIFY_DSL_DIAGNOSTICS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"

enum diagnostic_severity { DIAGNOSTIC_ERROR, DIAGNOSTIC_WARNING };

/* What kind of problem it is. One object for each, listed in diagnostic_codes.h. */
struct diagnostic_code {
    const char *id; /* stable, for programs: "unknown-node-type" */
    int number;     /* the reference's number (dsl.md 13), 0 where it has none */
};

/* Where it is. Any part may be missing: NULL or 0. */
struct diagnostic_place {
    const char *file;
    int line, column; /* 1-based */
    const char *path; /* in the document: "node_templates.db.type" */
};

struct diagnostic {
    const struct diagnostic_code *code;
    enum diagnostic_severity severity;
    struct diagnostic_place place;
    const char *message; /* `what`, without the place */
    const char *hint;    /* "did you mean 'x'?", or NULL */
};

/* Start with `struct diagnostics diagnostics = {0};`, end with diagnostics_release(). */
struct diagnostics {
    struct diagnostic *items; /* in the order found */
    size_t count, capacity;
    size_t errors; /* how many of them are errors */
    size_t warnings;
    size_t limit; /* errors after which no more are recorded, likewise warnings; 0: 100 */
    bool nomem;   /* memory ran out while recording */
    struct arena arena;
};

/**
 * Record a problem; texts are copied. Past the limit it is only counted.
 *
 * @param hint what to do about it, or NULL
 * @return false, so that a check can `return diagnostics_add(...)`
 */
bool diagnostics_add(struct diagnostics *diagnostics, const struct diagnostic_code *code,
                     const struct diagnostic_place *place, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/** Like diagnostics_add() for a warning, which does not make the blueprint invalid. */
void diagnostics_warn(struct diagnostics *diagnostics, const struct diagnostic_code *code,
                      const struct diagnostic_place *place, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/** Record that memory ran out. @return false */
bool diagnostics_nomem(struct diagnostics *diagnostics);
/** Whether further errors are only counted, so that it is in vain to think of hints. */
bool diagnostics_is_full(const struct diagnostics *diagnostics);
/** Whether there is no error; warnings do not count. */
bool diagnostics_ok(const struct diagnostics *diagnostics);

/** Append `file:line:column: message (hint)`. */
void diagnostic_write(const struct diagnostic *diagnostic, struct strbuf *out);
/** A list of {code, number, severity, message, file, line, column, path, hint}; new, or NULL. */
json_t *diagnostics_to_json(const struct diagnostics *diagnostics);
/**
 * Make the first error, and how many there are besides it, the text of `err`.
 *
 * @param all what shows all of them: "'cfy validate'"; NULL: nothing does
 * @return whether there was none
 */
bool diagnostics_to_error(const struct diagnostics *diagnostics, const char *all,
                          struct error *err);
void diagnostics_release(struct diagnostics *diagnostics);

#endif
