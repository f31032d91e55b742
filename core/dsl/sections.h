/* sections.h - the sections of all files merged into one blueprint (dsl.md 2.6). */
#ifndef CLOUDIFY_DSL_SECTIONS_H
#define CLOUDIFY_DSL_SECTIONS_H

#include <stdbool.h>

struct compiler;

/** Merge the sections of the compiler's documents. @return whether there was no conflict */
bool compiler_merge(struct compiler *c);
/** Free the merged sections. */
void compiler_free_sections(struct compiler *c);

#endif
