/* lua_runner.h - starts lua-runner for those who want to see what it prints. */
#ifndef CLOUDIFY_API_LUA_RUNNER_H
#define CLOUDIFY_API_LUA_RUNNER_H

#include <stdbool.h>

#include "base/error.h"

/* The exit code of a program that took too long, as of timeout(1). */
enum { LUA_RUNNER_TIMED_OUT = 124 };

/**
 * Run a program with our standard files to its end. Meanwhile this process ignores SIGINT and
 * SIGQUIT, as system(3) does.
 *
 * @param argv      its path and arguments, ending with NULL
 * @param timeout   seconds, after which it is ended; 0: it may take as long as it wants
 * @param exit_code gets its exit code, or 128 and the signal that it has died of; or
 *                  LUA_RUNNER_TIMED_OUT
 * @return false with `err` set: ERROR_IO
 */
bool lua_runner_run(char **argv, double timeout, int *exit_code, struct error *err);

#endif
