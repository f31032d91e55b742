/* schedules.c - when workflows are run by themselves (dsl.md 9). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timezone.h"
#include "dsl/settings.h"

/* "1 day", "2mo", "3weeks": the length of one at `text`, or 0. */
static size_t delta_length(const char *text)
{
    static const char *const units[] = {"minute", "month", "hour", "week", "year", "day",
                                        "min",    "mo",    "h",    "d",    "w",    "y"};
    const char *p = text;
    while (isdigit((unsigned char)*p))
        p++;
    if (p == text)
        return 0;
    p += *p == ' ';
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i]);
        if (strncmp(p, units[i], length))
            continue;
        p += length;
        p += *p == 's';
        return isalnum((unsigned char)*p) ? 0 : (size_t)(p - text);
    }
    return 0;
}

static bool is_delta(const char *text)
{
    size_t length = delta_length(text);
    return length && !text[length];
}

/* "+1d", "+1d+2h", "+1 day +2 hours". */
static bool is_relative(const char *text)
{
    while (*text == '+') {
        size_t length = delta_length(text + 1);
        if (!length)
            return false;
        text += 1 + length;
        text += *text == ' ' && text[1] == '+';
    }
    return !*text;
}

/* "2035-1-1 19:30" or, on the day of `now`, "19:30". */
static bool parse_absolute(const char *text, time_t now, struct tm *out)
{
    int used = 0;
    memset(out, 0, sizeof *out);
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &out->tm_year, &out->tm_mon, &out->tm_mday,
               &out->tm_hour, &out->tm_min, &used) == 5 &&
        !text[used]) {
        out->tm_year -= 1900;
        out->tm_mon -= 1;
    } else {
        struct tm today;
        int hour = -1, minute = -1;
        used = 0;
        if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] ||
            !localtime_r(&now, &today))
            return false;
        *out = (struct tm){.tm_year = today.tm_year,
                           .tm_mon = today.tm_mon,
                           .tm_mday = today.tm_mday,
                           .tm_hour = hour,
                           .tm_min = minute};
    }
    return out->tm_hour >= 0 && out->tm_hour < 24 && out->tm_min >= 0 && out->tm_min < 60 &&
           out->tm_mon >= 0 && out->tm_mon < 12;
}

static bool bad_time(struct compiler *c, const char *name, const char *key,
                     const struct yaml_node *at, const struct path *path, const char *expected)
{
    return compiler_error(c, &code_schedule, at, path, NULL, "schedule '%s': %s '%s' is not %s",
                          name, key, yaml_string(at), expected);
}

/* Put the time at `key` into `schedule` as it is kept. */
static bool compile_time(struct compiler *c, const char *name, const struct yaml_node *node,
                         const char *key, const struct path *above, json_t *schedule)
{
    const struct yaml_node *at = field_of(node, key);
    const char *zone = field_string(node, "timezone", NULL);
    struct path path = {above, key, 0};
    struct tm local, utc;
    char text[64];
    time_t now = c->options && c->options->now ? c->options->now : time(NULL);
    if (!at)
        return true;
    if (yaml_string(at)[0] == '+')
        return is_relative(yaml_string(at)) ||
               bad_time(c, name, key, at, &path, "a time like '+1d+2h'");
    if (!parse_absolute(yaml_string(at), now, &local))
        return bad_time(c, name, key, at, &path, "a time like '2035-12-31 19:30'");
    if (!timezone_to_utc(zone, &local, &utc))
        return bad_time(c, name, key, at, &path, "a time in the schedule's time zone");
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
    return !json_object_set_new(schedule, key, json_string(text)) || compiler_nomem(c);
}

static json_t *compile_schedule(struct compiler *c, const char *name, const struct yaml_node *node,
                                const struct path *path)
{
    const struct yaml_node *recurrence = field_of(node, "recurrence");
    struct path below = {path, "recurrence", 0};
    json_t *schedule = compiler_json(c, node);
    if (!schedule)
        return NULL;
    bool ok = compile_time(c, name, node, "since", path, schedule);
    ok &= compile_time(c, name, node, "until", path, schedule);
    if (recurrence && !is_delta(yaml_string(recurrence)))
        ok = bad_time(c, name, "recurrence", recurrence, &below, "a time like '1 week'");
    if (json_object_get(schedule, "timezone"))
        json_object_del(schedule, "timezone"); /* the times are in UTC now */
    if (ok)
        return schedule;
    json_decref(schedule);
    return NULL;
}

json_t *schedules_compile(struct compiler *c, const struct yaml_node *schedules)
{
    struct path settings = {NULL, "deployment_settings", 0},
                above = {&settings, "default_schedules", 0};
    json_t *result = json_object();
    bool ok = result || compiler_nomem(c);
    for (size_t i = 0; result && i < yaml_count(schedules); i++) {
        const char *name = yaml_text(yaml_key(schedules, i));
        struct path path = {&above, name, 0};
        json_t *schedule = compile_schedule(c, name, yaml_value(schedules, i), &path);
        ok &= schedule && !json_object_set_new(result, name, schedule);
    }
    if (ok)
        return result;
    json_decref(result);
    return NULL;
}
