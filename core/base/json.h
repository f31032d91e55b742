/* json.h - what jansson leaves open: the text we keep, errors of ours, short accessors. */
#ifndef CLOUDIFY_BASE_JSON_H
#define CLOUDIFY_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/** Append `value` as compact JSON; a NULL `value` as null. @return false when out of memory */
bool json_write(struct strbuf *out, const json_t *value);
/** @return `value` as compact JSON, new (free() it), or NULL when out of memory. */
char *json_text(const json_t *value);
/**
 * Append a member to an object that is being written, whose `{` stands in `out` already.
 *
 * @param key  of letters and underscores
 * @param text UTF-8; NULL: null
 */
void json_write_member(struct strbuf *out, const char *key, const char *text);
/** Append an integer. */
void json_write_integer(struct strbuf *out, json_int_t number);
/** Append a member with an integer, and with any value, NULL being null. */
void json_write_integer_member(struct strbuf *out, const char *key, json_int_t number);
void json_write_value_member(struct strbuf *out, const char *key, const json_t *value);

/**
 * Parse any JSON value. Integers beyond 64 bits and nesting over jansson's limit are errors.
 *
 * @param where what the text is, for the message: "inputs file 'x.json'"
 * @return a new reference, or NULL with `err` set: ERROR_INVALID, ERROR_NOMEM
 */
json_t *json_parse(const char *text, size_t length, const char *where, struct error *err);

/**
 * Like json_parse(), and several times as fast with what json_write() has written.
 *
 * @return as of json_parse()
 */
json_t *json_read(const char *text, size_t length, const char *where, struct error *err);

/** The string at `key`, borrowed, or `fallback` where it is absent or no string. */
const char *json_string_at(const json_t *object, const char *key, const char *fallback);
json_int_t json_integer_at(const json_t *object, const char *key, json_int_t fallback);
double json_number_at(const json_t *object, const char *key, double fallback);
bool json_boolean_at(const json_t *object, const char *key, bool fallback);
/** Set `key` to `text`, or to null without one; both are known to be UTF-8. @return false when out
 * of memory, or `object` is NULL for want of it */
bool json_set_text(json_t *object, const char *key, const char *text);
/** Likewise to `value`, which is taken and may be NULL for want of memory. */
bool json_set_value(json_t *object, const char *key, json_t *value);
/** Hold `value`, which may be NULL, in place of what `held` holds. */
void json_hold(json_t **held, const json_t *value);
/**
 * A copy of `value`, whose members or items are the same ones; those of json_deep_copy_whole() are
 * copies, too. For want of memory jansson's own functions leave members out, in silence.
 *
 * @return new, or NULL: `value` is, or out of memory
 */
json_t *json_copy_whole(const json_t *value);
json_t *json_deep_copy_whole(const json_t *value);
/** Whether `text` is among the items of `list`. */
bool json_has_string(const json_t *list, const char *text);

/** What a user calls the type of `value`: "string", "integer", "float", "boolean", "list", ... */
const char *json_kind(const json_t *value);

#endif
