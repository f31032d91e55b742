/* clock.c - see clock.h. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

/* Records come by the thousand in a second. */
static _Thread_local struct {
    time_t second;
    char text[CLOCK_TEXT_SIZE]; /* up to the second; "": there is none yet */
    size_t length;
} last;

void clock_timestamp(char text[CLOCK_TEXT_SIZE])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (!last.length || now.tv_sec != last.second) {
        struct tm utc;
        gmtime_r(&now.tv_sec, &utc);
        last.length = strftime(last.text, sizeof last.text, "%Y-%m-%dT%H:%M:%S", &utc);
        last.second = now.tv_sec;
    }
    int milliseconds = (int)(now.tv_nsec / 1000000);
    const char rest[] = {'.',
                         (char)('0' + milliseconds / 100),
                         (char)('0' + milliseconds / 10 % 10),
                         (char)('0' + milliseconds % 10),
                         'Z',
                         '\0'};
    memcpy(text, last.text, last.length);
    memcpy(text + last.length, rest, sizeof rest);
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double clock_realtime(void)
{
    return seconds_of(CLOCK_REALTIME);
}

double clock_monotonic(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double clock_thread(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double clock_bounded(double seconds)
{
    static const double longest = 1e9;
    return seconds < longest ? seconds : longest;
}

uint64_t clock_milliseconds(double seconds)
{
    return (uint64_t)(clock_bounded(seconds) * 1000 + 0.5);
}
