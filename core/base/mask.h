/* mask.h - texts that must not be shown: finds them wherever they turn up, and puts `********` in
 * their place.
 *
 * All texts are looked for at once, in time linear in what is searched (Aho and Corasick). As long
 * as there is nothing to hide, nothing is searched.
 */
#ifndef CLOUDIFY_BASE_MASK_H
#define CLOUDIFY_BASE_MASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Shorter texts, bytes, are not hidden: they would be found everywhere. */
enum { MASK_SHORTEST = 4 };

extern const char mask_text[]; /* "********" */

struct mask;

/** @return a new mask that hides nothing (mask_free() it), or NULL when out of memory */
struct mask *mask_new(void);
/** Free it; what it has hidden is wiped from memory. NULL is allowed. */
void mask_free(struct mask *mask);
/** Hide `text` as it is. @return false: out of memory */
bool mask_add_text(struct mask *mask, const char *text, size_t length);
/**
 * Hide `value` in all the forms in which it is likely to turn up: as a whole; each of its lines,
 * without blanks around; if it is a JSON object or list, each string and number in it; and all of
 * these as they look inside of a JSON string.
 *
 * @return false: out of memory
 */
bool mask_add_value(struct mask *mask, const char *value, size_t length);

/* In the following NULL is a mask that hides nothing. */

/** Whether it hides nothing. */
bool mask_is_empty(const struct mask *mask);
/** Append `text`, masked, also the beginning of a hidden text that cut_text() has cut. @return
 * false: out of memory */
bool mask_write(struct mask *mask, struct strbuf *out, const char *text, size_t length);
/** Mask the text of an error, also the beginning of a hidden text that its end has cut off. */
void mask_error(struct mask *mask, struct error *err);
/** `text`, masked, as a JSON string; bytes that are no UTF-8 become U+FFFD. New, or NULL. */
json_t *mask_string(struct mask *mask, const char *text, size_t length);
/**
 * `value` with its strings, keys included, masked; numbers whose whole text is hidden become
 * strings. `value` stays as it is, and shares what needs no change with the result.
 *
 * @return a new reference, or NULL: `value` is NULL, or out of memory
 */
json_t *mask_json(struct mask *mask, json_t *value);
/** Whether mask_json() would change `value`; true also when out of memory. */
bool mask_finds(struct mask *mask, json_t *value);
/**
 * Where `text` can be cut without cutting through a hidden text: the greatest place up to `wanted`,
 * or, if that is the very beginning, the end of the hidden text that starts there.
 *
 * @return 0: out of memory
 */
size_t mask_cut(struct mask *mask, const char *text, size_t length, size_t wanted);
/** The length of the longest hidden text. */
size_t mask_longest(const struct mask *mask);

/* A search that goes on from one piece of a text to the next. Zeroed: at the beginning. */
struct mask_search {
    uint32_t state;
    size_t place; /* of the next piece in the text */
};

/**
 * Search the next piece.
 *
 * @param found called for each place where hidden texts end, with the longest of them: from `start`
 *        to `end` in the whole text
 * @return false: out of memory
 */
bool mask_search(struct mask *mask, struct mask_search *search, const char *piece, size_t length,
                 void (*found)(void *data, size_t start, size_t end), void *data);

#endif
