/* script.h - a script being run: what it writes, what it asks, how it ends; knows no Lua. */
#ifndef CLOUDIFY_LUA_SCRIPT_H
#define CLOUDIFY_LUA_SCRIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "lua/script_proxy.h"

/*
 * The script writes into files, not into pipes: what it leaves running in the background never gets
 * SIGPIPE, and all that it has written itself is there when it has ended.
 */
struct script_options {
    const char *program;      /* looked up in PATH */
    char *const *arguments;   /* argv, NULL-terminated */
    char *const *environment; /* NULL: that of this process */
    const char *directory;    /* or NULL: the current one */
    const char *output;       /* new file for standard output, NULL: where ours goes */
    const char *error;        /* the same for standard error; may be the same path */
    double interval;          /* seconds after which to say that it still runs */
};

enum script_event {
    SCRIPT_FAILED,  /* cannot go on: `err` says why */
    SCRIPT_OUTPUT,  /* a line of standard output */
    SCRIPT_ERROR,   /* a line of standard error */
    SCRIPT_REQUEST, /* something to answer by script_proxy_answer() */
    SCRIPT_RUNS,    /* nothing new for `interval` */
    SCRIPT_ENDED,
};

struct script;

/**
 * Start a script in a process group of its own, which is the operation's.
 *
 * @param proxy where it asks, borrowed; or NULL
 * @return new (script_free() it), or NULL with `err` set: ERROR_IO (says why), ERROR_NOMEM
 */
struct script *script_start(const struct script_options *options, struct script_proxy *proxy,
                            struct error *err);
/**
 * Wait for the next thing to happen. Lines that were written before a request come before it, and
 * all lines before the end.
 *
 * @param line set for SCRIPT_OUTPUT and SCRIPT_ERROR: a JSON string, borrowed until the next call
 */
enum script_event script_next(struct script *script, const json_t **line, struct error *err);
pid_t script_pid(const struct script *script);
/** How it ended, as of waitpid(); after SCRIPT_ENDED. */
int script_status(const struct script *script);
/**
 * Free it. If it still runs, its group is killed. Its files are removed, unless it has left
 * somebody running who may write to them. NULL is allowed.
 */
void script_free(struct script *script);

#endif
