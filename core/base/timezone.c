/* timezone.c - see timezone.h. Zones are read as RFC 8536 describes their files. */
#include "base/timezone.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/strbuf.h"

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, FILE_LIMIT = 1024 * 1024 };

/* The tables of one block of a file. */
struct zone {
    const unsigned char *times, *types, *infos;
    size_t count, type_count, time_size;
    const unsigned char *end;
};

static int64_t number(const unsigned char *bytes, size_t size)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

/* Find the tables of the block at `at`. @return false: it is no such block */
static bool read_block(const unsigned char *at, size_t left, size_t time_size, struct zone *zone)
{
    if (left < HEADER_SIZE || memcmp(at, "TZif", 4))
        return false;
    size_t counts[6], size = 0;
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (size_t)number(at + 20 + 4 * i, 4);
        if (counts[i] > FILE_LIMIT)
            return false;
    }
    size_t sizes[6] = {1, 1, time_size + 4, time_size + 1, TYPE_SIZE, 1};
    for (size_t i = 0; i < 6; i++)
        size += counts[i] * sizes[i];
    if (size > left - HEADER_SIZE || !counts[4])
        return false;
    zone->time_size = time_size;
    zone->count = counts[3];
    zone->type_count = counts[4];
    zone->times = at + HEADER_SIZE;
    zone->types = zone->times + zone->count * time_size;
    zone->infos = zone->types + zone->count;
    zone->end = at + HEADER_SIZE + size;
    return true;
}

static bool read_zone(const char *text, size_t length, struct zone *zone)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (!read_block(bytes, length, 4, zone))
        return false;
    if (bytes[4] < '2')
        return true;
    return read_block(zone->end, length - (size_t)(zone->end - bytes), 8, zone);
}

/* Seconds east of Greenwich at the moment `when`. */
static int64_t offset_at(const struct zone *zone, int64_t when)
{
    size_t type = 0;
    for (size_t i = 0; i < zone->count; i++) {
        if (number(zone->times + i * zone->time_size, zone->time_size) <= when)
            type = zone->types[i];
    }
    return type < zone->type_count ? number(zone->infos + type * TYPE_SIZE, 4) : 0;
}

static bool is_zone_name(const char *name)
{
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("/_+-", *p))
            return false;
    }
    return isalpha((unsigned char)*name) && strlen(name) < 100;
}

static bool convert(const char *name, int64_t local, int64_t *utc)
{
    struct strbuf path = STRBUF_INIT;
    struct error err = {0};
    struct zone zone;
    size_t length = 0;
    if (!is_zone_name(name))
        return false;
    strbuf_addf(&path, "/usr/share/zoneinfo/%s", name);
    char *text = path.failed ? NULL : file_read(path.text, FILE_LIMIT, &length, &err);
    strbuf_release(&path);
    bool ok = text && read_zone(text, length, &zone);
    if (ok) {
        /* The second guess is right unless the clock is being changed at that very hour. */
        *utc = local - offset_at(&zone, local);
        *utc = local - offset_at(&zone, *utc);
    }
    free(text);
    return ok;
}

bool timezone_to_utc(const char *zone, const struct tm *local, struct tm *utc)
{
    struct tm plain = *local, check = *local;
    int64_t when = timegm(&plain);
    if (plain.tm_mday != local->tm_mday || plain.tm_hour != local->tm_hour ||
        plain.tm_min != local->tm_min)
        return false;
    if (!zone) {
        check.tm_isdst = -1;
        when = mktime(&check);
    } else if (strcmp(zone, "UTC") && !convert(zone, when, &when)) {
        return false;
    }
    time_t result = (time_t)when;
    return gmtime_r(&result, utc);
}
