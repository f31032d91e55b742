/* package_version.h - versions of packages and what is asked of them, as PEP 440 defines both:
 * "1.24.0" satisfies ">=1.20,!=1.23.*". */
#ifndef CLOUDIFY_DSL_PACKAGE_VERSION_H
#define CLOUDIFY_DSL_PACKAGE_VERSION_H

#include <stdbool.h>

/**
 * Which of two versions is the newer one; a text that is no version is older than all that are.
 *
 * @return below 0 if `a` is older than `b`, 0 if they are equal, above 0 otherwise
 */
int package_version_compare(const char *a, const char *b);
/** Whether `text` is a version. */
bool package_version_check(const char *text);
/**
 * Whether `specifiers` can be understood: a comma-separated list of a version with one of == != <=
 * >= < > ~= === before it, or none, which means ===.
 */
bool package_specifiers_check(const char *specifiers);
/** Whether `version` satisfies every one of `specifiers`, which have been checked. */
bool package_specifiers_allow(const char *specifiers, const char *version);

#endif
