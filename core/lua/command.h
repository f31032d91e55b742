/* command.h - a command run to its end: its input, its captured output, its time; knows no Lua. */
#ifndef CLOUDIFY_LUA_COMMAND_H
#define CLOUDIFY_LUA_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"
#include "base/strbuf.h"

struct command_options {
    const char *program;      /* looked up in PATH */
    char *const *arguments;   /* argv, NULL-terminated */
    char *const *environment; /* NULL: that of this process */
    const char *directory;    /* or NULL: the current one */
    const char *input;        /* for its standard input; must outlive the command */
    size_t input_length;
    double timeout; /* seconds until it is asked to end, and killed a second later; 0: none */
};

struct command;

/**
 * Start a command in a process group of its own, which is the operation's.
 *
 * @return new (command_free() it), or NULL with `err` set: ERROR_IO (says why), ERROR_NOMEM
 */
struct command *command_start(const struct command_options *options, struct error *err);
/** Wait until the command itself has ended; whom it left behind may keep its pipes open. */
void command_wait(struct command *command);
/**
 * The same on a loop.
 *
 * @param on_end called once it has ended, unless it is freed before
 * @return false with `err` set: ERROR_IO
 */
bool command_watch(struct command *command, uv_loop_t *loop, void (*on_end)(void *data), void *data,
                   struct error *err);
/** How it ended, as of waitpid(). */
int command_status(const struct command *command);
/** Whether it was ended because it took too long. */
bool command_timed_out(const struct command *command);
/** What it wrote to descriptor `which`, 1 or 2. */
const struct strbuf *command_output(const struct command *command, int which);
/** Free it; if it still runs, kill its group. NULL is allowed. */
void command_free(struct command *command);

#endif
