/* print.h - how results look on a terminal. */
#ifndef CLOUDIFY_CLI_PRINT_H
#define CLOUDIFY_CLI_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct column {
    const char *title;
    const char *key; /* of each row's object */
};

/** Print `rows` (array of objects) as a grid with a footer `N THINGS`; `columns` end with NULL and
 * `things` is a plural in -s. */
void print_table(const struct column *columns, const json_t *rows, const char *things);
/** Print the members of `object` as two columns; a value of several lines keeps to its column. */
void print_record(const json_t *object);
/** `value` as text, new: free() it, unlike a result of json_dumps(). NULL: out of memory. */
char *print_json(const json_t *value, size_t flags);
/** How many bytes of the first `length` of `text` are at most `width` characters of UTF-8. */
size_t text_prefix(const char *text, size_t length, size_t width);
/** The text that is the member `key` of `object`, borrowed from it; "" where there is none. */
const char *text_of(const json_t *object, const char *key);
/** Print a name in double quotes, those in it escaped, as Graphviz wants it. */
void print_quoted(const char *text);

#endif
