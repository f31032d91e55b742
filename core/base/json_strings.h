/* json_strings.h - lists of texts as JSON. */
#ifndef CLOUDIFY_BASE_JSON_STRINGS_H
#define CLOUDIFY_BASE_JSON_STRINGS_H

#include <jansson.h>

/** The texts, up to NULL, as a list; one that is not UTF-8 is left out. `texts` NULL: none.
 *  @return new, or NULL when out of memory */
json_t *json_strings(const char *const *texts);

#endif
