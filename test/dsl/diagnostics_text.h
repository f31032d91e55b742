/* diagnostics_text.h - what is wrong with a blueprint, as tests compare it. */
#ifndef CLOUDIFY_TEST_DSL_DIAGNOSTICS_TEXT_H
#define CLOUDIFY_TEST_DSL_DIAGNOSTICS_TEXT_H

#include "dsl/diagnostics.h"

/** Append all of them, a line each, each line ended by a newline. */
static inline void diagnostics_write(const struct diagnostics *diagnostics, struct strbuf *out)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        diagnostic_write(&diagnostics->items[i], out);
        strbuf_addc(out, '\n');
    }
}

#endif
