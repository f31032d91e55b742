/* embedded.h - files that are part of the program, put there by tools/embed.lua. */
#ifndef CLOUDIFY_BASE_EMBEDDED_H
#define CLOUDIFY_BASE_EMBEDDED_H

#include <stddef.h>

/* An array of these ends with one whose name is NULL. Everything in it lives as long as the
 * program. */
struct embedded_file {
    const char *name; /* a path without leading '/', such as "cloudify/exceptions.lua" */
    const char *text; /* any bytes, and a NUL behind them that `length` does not count */
    size_t length;    /* bytes */
    const char *code; /* of a Lua module: its compiled chunk; or NULL */
    size_t code_length;
};

/* The built-in types, by the file names that dsl.md 2.6 gives them: "types.yaml", ... */
extern const struct embedded_file embedded_types[];
/* The modules of lua/, by their path below it. */
extern const struct embedded_file embedded_lua[];
/* The project that a new plugin begins with, by path below plugins/template. */
extern const struct embedded_file embedded_template[];

/** The file called `name`, compared whole; NULL if `files` has none. Borrowed. */
const struct embedded_file *embedded_find(const struct embedded_file *files, const char *name);

#endif
