/* pattern.h - regular expressions as blueprint authors write them: those of Python's `re`, matched
 * by PCRE2.
 *
 * The two agree but for little. What Python has and PCRE2 writes otherwise (\Z, \v, \uXXXX, {,n},
 * a lone [ in a class) is translated; what only PCRE2 has (recursion, verbs, \p, \K ...) is refused
 * as Python refuses it. What Python has and is not possible here: \N{NAME}, (?a:...), counts above
 * 65535.
 */
#ifndef CLOUDIFY_BASE_PATTERN_H
#define CLOUDIFY_BASE_PATTERN_H

#include <stdbool.h>

#include "base/strbuf.h"

enum pattern_result {
    PATTERN_MATCHES,
    PATTERN_DIFFERS,
    PATTERN_INVALID,
    PATTERN_TOO_COSTLY, /* given up: a pattern like (a+)+$ can take for ever */
};

/** Whether `pattern` is a regular expression; if not, the reason is appended to `why` or NULL. */
bool pattern_is_valid(const char *pattern, struct strbuf *why);
/** Whether `text` begins with something that `pattern` describes. */
enum pattern_result pattern_match_start(const char *pattern, const char *text);

#endif
