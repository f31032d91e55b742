/* pattern.h - regular expressions as blueprint authors write them: those of Python, as far as a
 * regular language goes (no look-around), matched by the C library. */
#ifndef CLOUDIFY_BASE_PATTERN_H
#define CLOUDIFY_BASE_PATTERN_H

#include <stdbool.h>

enum pattern_result { PATTERN_MATCHES, PATTERN_DIFFERS, PATTERN_INVALID };

/** Whether `pattern` is a regular expression that can be matched. */
bool pattern_is_valid(const char *pattern);
/** Whether `text` begins with something that `pattern` describes. */
enum pattern_result pattern_match_start(const char *pattern, const char *text);

#endif
