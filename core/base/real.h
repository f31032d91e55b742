/* real.h - reals to text and back, with a '.' whatever the locale that the host has set. */
#ifndef CLOUDIFY_BASE_REAL_H
#define CLOUDIFY_BASE_REAL_H

#include <stddef.h>

enum { REAL_TEXT_SIZE = 32 };

/**
 * Write the shortest text that reads back as `value`, always recognisable as a real ("2.0",
 * "0.1", "1e+300"). The one place where reals become text. `value` must be finite.
 *
 * @return length of the text
 */
size_t real_text(double value, char text[REAL_TEXT_SIZE]);

/** Read a real as strtod() does in the C locale. @return where it ends; `text` if there is none */
const char *real_read(const char *text, double *value);

#endif
