/* clock.h - the time of day for records, and a steady clock for durations. */
#ifndef CLOUDIFY_BASE_CLOCK_H
#define CLOUDIFY_BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 32 };

/** Now, UTC, ISO 8601 with milliseconds and Z: 2026-11-23T09:30:00.123Z (runtime.md 5.3). */
void clock_timestamp(char text[CLOCK_TEXT_SIZE]);
/** Seconds since 1970, as time() counts them, with fractions. */
double clock_realtime(void);
/** Seconds of a clock that only runs forward; its zero means nothing. */
double clock_monotonic(void);
/** Processor time of this thread, seconds. */
double clock_thread(void);
/** `seconds`, or thirty years in place of more, which not all that counts them could. */
double clock_bounded(double seconds);
/** So many seconds, 0 or more, bounded, as a timer of libuv takes them. */
uint64_t clock_milliseconds(double seconds);

#endif
