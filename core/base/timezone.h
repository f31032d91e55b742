/* timezone.h - from the time on the wall of some place to UTC. */
#ifndef CLOUDIFY_BASE_TIMEZONE_H
#define CLOUDIFY_BASE_TIMEZONE_H

#include <stdbool.h>
#include <time.h>

/**
 * Turn `local`, a time in `zone`, into UTC. Asks the system's database of time zones, and leaves
 * alone the process's own zone, which other threads may be using.
 *
 * @param zone "Europe/Berlin"; NULL: that of this machine
 * @return false: there is no such zone, or no such time
 */
bool timezone_to_utc(const char *zone, const struct tm *local, struct tm *utc);

#endif
