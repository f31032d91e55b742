/* arguments.h - the command line of ctx (runtime.md 10.4). */
#ifndef CLOUDIFY_CTX_ARGUMENTS_H
#define CLOUDIFY_CTX_ARGUMENTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct arguments {
    double timeout;     /* seconds for the whole exchange */
    bool json_output;   /* -j */
    bool help;          /* -h: nothing else counts */
    const char *prefix; /* what an argument that is JSON begins with */
    const char *url;    /* --socket-url, borrowed from the command line, or NULL */
    json_t *list;       /* the arguments: strings, or any value for JSON */
};

/**
 * Read the command line. Options may stand anywhere before a `--`; what begins with '-' and is
 * none of them is an argument.
 *
 * @param words argv, without the name of the program
 * @return false with `err` set: ERROR_INVALID (bad value, bad JSON, no argument), ERROR_NOMEM;
 *         arguments_release() either way
 */
bool arguments_parse(struct arguments *arguments, int count, char *const *words, struct error *err);
/** Free what arguments_parse() made. */
void arguments_release(struct arguments *arguments);

#endif
