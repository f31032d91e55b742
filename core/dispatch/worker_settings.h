/* worker_settings.h - how workers are kept within bounds, as command line and environment. */
#ifndef CLOUDIFY_DISPATCH_WORKER_SETTINGS_H
#define CLOUDIFY_DISPATCH_WORKER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* All zero: with default bounds, and with the environment of the engine. */
struct worker_settings {
    uint64_t memory;        /* bytes that plugins may use in a worker, in Lua; 0: its default */
    uint64_t address_space; /* bytes of address space of a worker (RLIMIT_AS); 0: no bound */
    bool clean_environment; /* only what every program needs, and `passed` */
    /* Names of variables that workers get in any case; NULL-terminated, or NULL. */
    const char *const *passed;
};

/* What a worker is started with. */
struct worker_setup {
    char **arguments;   /* argv */
    char **environment; /* borrowed texts: of the environment at the time */
    char texts[2][48];
};

/**
 * The command line for the worker at `path`, and the environment: that of this process without the
 * variables CFY_*, which are the runtime's own.
 *
 * @param path borrowed, as long as `setup` lives
 * @return false with `err` set: ERROR_NOMEM
 */
bool worker_setup_init(struct worker_setup *setup, const struct worker_settings *settings,
                       const char *path, struct error *err);
void worker_setup_release(struct worker_setup *setup);

/**
 * The worker's side: read its command line.
 *
 * @return false with `err` set: ERROR_INVALID
 */
bool worker_settings_parse(struct worker_settings *settings, char *const *arguments,
                           struct error *err);

#endif
