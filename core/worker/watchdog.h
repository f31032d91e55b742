/* watchdog.h - notices code that keeps the loop from the operations that share this worker. */
#ifndef CLOUDIFY_WORKER_WATCHDOG_H
#define CLOUDIFY_WORKER_WATCHDOG_H

/**
 * Code of the operation `id` runs from now on, until watchdog_end(). If it does so for longer than
 * five seconds, `on_blocked` is called, once, from a thread of its own, with the seconds.
 *
 * @param id borrowed until then
 */
void watchdog_begin(const char *id, void (*on_blocked)(const char *id, double seconds));
void watchdog_end(void);

#endif
