/* worker_process.h - starting the worker executable, and how it ended; private to dispatch/. */
#ifndef CLOUDIFY_DISPATCH_WORKER_PROCESS_H
#define CLOUDIFY_DISPATCH_WORKER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "dispatch/worker_settings.h"

/* All descriptors are close-on-exec and belong to the holder of the struct. */
struct worker_process {
    pid_t pid;
    int pidfd;    /* readable once the process has ended */
    int channel;  /* our end of its channel */
    int children; /* children_memory_new() */
    char *record; /* the file of that memory, or NULL */
};

/**
 * Start a worker in a session of its own, with nothing open but what message.h says, /dev/null as
 * standard input and our standard error as its standard output and error.
 *
 * @param lifeline the end of the pipe that it shall read
 * @param record file to be made for who comes after this engine (leftovers.h), or NULL; taken
 * @return false with `err` set: ERROR_IO, and `process` empty
 */
bool worker_process_start(struct worker_process *process, const struct worker_setup *setup,
                          int lifeline, char *record, struct error *err);
/** Send it `signal`; worker_process_reap() it later. */
void worker_process_signal(const struct worker_process *process, int signal);

/* How a process ended: one of the two. */
struct worker_end {
    int signal;    /* or 0 */
    int exit_code; /* or -1 */
};
/** Wait for the process, whose pidfd is readable or which has been killed. */
struct worker_end worker_process_reap(const struct worker_process *process);
/** Close what is open of it (the channel too, unless -1). */
void worker_process_release(struct worker_process *process);

/** A pipe, both ends close-on-exec. @return false with `err` set: ERROR_IO */
bool worker_lifeline_new(int ends[2], struct error *err);

#endif
